"""What runs once a week is all that does not run at each change."""

import os
import re
import subprocess

import pytest
import yaml
from steps import configuration

from cluster import rootfs
from cluster.location import RELEASES


def test_the_pages_are_walked_on_each_other_version_of_slurm(root):
    workflow = yaml.safe_load((root / ".github/workflows/versions.yml").read_text(encoding="utf-8"))
    assert workflow["jobs"]["walk"]["strategy"]["matrix"]["release"] == list(RELEASES[1:])
    assert len(configuration()["walk_slurm"]) == len(RELEASES)


def test_the_image_has_the_slurm_of_the_pages(root):
    dockerfile = (root / "cluster/Dockerfile").read_text(encoding="utf-8")
    assert f"\nARG RELEASE={RELEASES[0]}\n" in dockerfile


@pytest.mark.parametrize("release", RELEASES)
def test_the_image_has_the_packages_of_the_root(root, release):
    dockerfile = (root / "cluster/Dockerfile").read_text(encoding="utf-8")
    listing = re.search(r"&& (.+ /opt/packages\.txt) \|", dockerfile)[1].replace("/opt", "cluster")
    env = os.environ | {"RELEASE": release}
    done = subprocess.run(listing, shell=True, cwd=root, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == rootfs.packages(release)
    assert ("gcc" in rootfs.packages(release)) == (release == "forky")
