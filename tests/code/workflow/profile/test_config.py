"""The profile of Snakemake, config.yaml: it asks for what the batch script asks for."""

import yaml
from bundle import CODE

SITE = """\
  # ---- your site's own lines: see your HPC centre's documentation ----
  # slurm_account: PROJECT
  # slurm_partition: PARTITION
"""


def test_the_profile_asks_for_what_the_batch_script_asks_for():
    text = (CODE / "workflow/profile/config.yaml").read_text(encoding="utf-8")
    profile = yaml.safe_load(text)
    asked = profile["default-resources"]
    script = (CODE / "slurm/scikit_example/submit_parallel.sh").read_text(encoding="utf-8")
    assert f"--time=00:{asked['runtime']:02}:00\n" in script
    assert "--mem=1G\n" in script and asked["mem_mb"] == 1000
    assert f"--cpus-per-task={asked['cpus_per_task']}\n" in script
    assert SITE in text
