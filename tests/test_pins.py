"""Every installed package is pinned at its version, once: two set-ups on two days are the same."""

import importlib.metadata
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

UNPINNED = {"pip", "setuptools", "wheel"}  # what a virtual environment may bring along


def lines(file: Path) -> list[tuple[Path, Requirement]]:
    """The requirements of `file` and of the files it includes, each with the file it stands in; each file once."""
    found, seen, waiting = [], set(), [file.resolve()]
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for line in file.read_text(encoding="utf-8").splitlines():
            line = line.partition(" #")[0].strip()
            if line.startswith("-r"):
                waiting.append((file.parent / line[2:].strip()).resolve())
            elif line and not line.startswith("#"):
                found.append((file, Requirement(line)))
    return found


def version(requirement: Requirement) -> str:
    """The one version a requirement allows; fails the test when it allows more."""
    pin = re.fullmatch(r"==([^*,]+)", str(requirement.specifier))
    assert pin, f"{requirement} is not pinned with =="
    return pin[1]


@pytest.fixture(scope="module")
def pins(root) -> dict[str, str]:
    """What tests/requirements.txt and all it includes pin: name to version."""
    found, where = {}, {}
    for file, requirement in lines(root / "tests" / "requirements.txt"):
        name = canonicalize_name(requirement.name)
        assert name not in found, f"{name} is pinned twice, in {where[name]} and {file}"
        found[name], where[name] = version(requirement), file
    return found


def test_what_is_installed_is_pinned(pins):
    installed = {canonicalize_name(found.name): found.version for found in importlib.metadata.distributions()}
    wrong = {
        name: (version, pins.get(name))
        for name, version in installed.items()
        if pins.get(name) != version and not (name in UNPINNED and name not in pins)
    }
    assert not wrong, "installed and pinned versions differ (name: installed, pinned)"


def test_the_notebook_has_the_same_packages(root, pins):
    file = root / "code" / "jupyter" / "requirements.txt"
    other = {canonicalize_name(found.name): version(found) for _, found in lines(file)}
    assert other
    different = {name: (other[name], pins[name]) for name in other if name in pins and pins[name] != other[name]}
    assert not different, f"{file} and tests/requirements.txt differ"
