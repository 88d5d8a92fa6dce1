"""The rules of Snakemake, without a Slurm. (The page runs them on one.)"""

import re

from bundle import CODE

RULES = (CODE / "workflow/Snakefile").read_text(encoding="utf-8")


def test_the_rules_type_what_the_batch_scripts_type():
    script = (CODE / "slurm/scikit_example/submit_parallel.sh").read_text(encoding="utf-8")
    [train] = re.findall(r"python -u (\S+) \\\n +--param-index", script)
    assert f'"python -u {train}"\n        " --param-index {{wildcards.index}} ' in RULES
    for name in re.findall(r"python/\S+\.py", RULES):
        assert (CODE / name).is_file(), name


def test_there_is_a_rule_for_each_row_of_the_parameters(learner):
    learner.run("python/scikit_example/array/create_parameter_array.py", check=True)
    rows = (learner.folder / "params.csv").read_text().splitlines()[1:]
    assert f"INDICES = range({len(rows)})\n" in RULES
