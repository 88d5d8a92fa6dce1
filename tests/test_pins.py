"""The requirement files: they agree, what is installed is what they pin, and the compiled ones belong to their .in."""

import importlib.metadata
import os
import re
import subprocess

import pytest
from packaging.utils import canonicalize_name

LEARNERS = [f"code/{folder}/requirements" for folder in ("container", "jupyter", "workflow")]


@pytest.fixture(scope="module")
def pins(root) -> dict[str, str]:
    """What all requirement files pin: name to version. It is one on every system, for the pages show what it does."""
    found = {}
    for name in ["requirements", "book/requirements", "tests/requirements", *LEARNERS]:
        lines = (root / f"{name}.txt").read_text(encoding="utf-8")
        for package, version in re.findall(r"^(\w[\w.-]*)==([\w.]+)", lines, re.M):
            first = found.setdefault(canonicalize_name(package), version)
            assert version == first, f"{name}.txt pins {package} at {version}, and another line at {first}: make pins"
    return found


def asked(file) -> set[str]:
    """The names in `file` and in the files that it includes."""
    text = file.read_text(encoding="utf-8")
    included = [asked(file.parent / name) for name in re.findall(r"^-r +(\S+)", text, re.M)]
    return set(map(canonicalize_name, re.findall(r"^\w[\w.-]*", text, re.M))).union(*included)


def test_what_is_installed_is_pinned(pins):
    installed = {canonicalize_name(found.name): found.version for found in importlib.metadata.distributions()}
    wrong = {name: (version, pins.get(name)) for name, version in installed.items() if pins.get(name) != version}
    assert not wrong, "installed and pinned versions differ (name: installed, pinned)"


@pytest.mark.parametrize("name", ["requirements", "book/requirements", "tests/requirements", "tests/pins"])
def test_make_pins_was_called(root, name):
    packages = re.split(r"\n(?=\w)", (root / f"{name}.txt").read_text(encoding="utf-8"))[1:]
    assert [package for package in packages if "--hash=sha256:" not in package] == []
    direct = {canonicalize_name(package.partition("==")[0]) for package in packages if "-r " in package}
    assert direct == asked(root / f"{name}.in"), f"{name}.in was changed: make pins"


@pytest.mark.slow
@pytest.mark.parametrize(("hash", "says"), [("", "are missing"), (f"--hash=sha256:{'0' * 64}", "DO NOT MATCH")])
def test_a_package_without_its_hash_is_refused(root, tmp_path, hash, says):
    (tmp_path / "tiny-1-py3-none-any.whl").touch()
    (tmp_path / "requirements.txt").write_text(f"tiny==1 {hash}")
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    command = [root / "venv.sh", tmp_path / "venv", tmp_path / "requirements.txt"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 1 and says in result.stderr and result.stderr.count("\n") == 1, result
    assert not (tmp_path / "venv").exists()
