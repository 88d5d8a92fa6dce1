"""What runs once a week is all that does not run at each change."""

import yaml
from steps import configuration

from cluster.location import RELEASES


def test_the_pages_are_walked_on_each_other_version_of_slurm(root):
    workflow = yaml.safe_load((root / ".github/workflows/versions.yml").read_text(encoding="utf-8"))
    assert workflow["jobs"]["walk"]["strategy"]["matrix"]["release"] == list(RELEASES[1:])
    assert len(configuration()["walk_slurm"]) == len(RELEASES)


def test_the_image_has_the_slurm_of_the_pages(root):
    dockerfile = (root / "cluster/Dockerfile").read_text(encoding="utf-8")
    assert f"\nARG RELEASE={RELEASES[0]}\n" in dockerfile
