"""The environment, twice from one pinned requirements file. (That the images build is shown where an engine is.)"""

import re
from importlib.metadata import distribution

import pytest
from bundle import CODE
from packaging.requirements import Requirement

REQUIREMENTS = CODE / "container/requirements.txt"
DOCKERFILE = (CODE / "container/Dockerfile").read_text(encoding="utf-8")
DEFINITION = (CODE / "container/singularity.def").read_text(encoding="utf-8")


def lines(path):
    """Return the requirement lines of a file, without comments."""
    text = path.read_text(encoding="utf-8")
    found = [line for line in re.sub(r"#.*", "", text).split("\n") if line.strip()]
    assert found, f"{path} requires nothing"
    return found


def pins(path):
    return dict(line.strip().split("==") for line in lines(path) if not line.startswith("-r "))


@pytest.mark.parametrize("name", ["container/requirements.txt", "jupyter/requirements.txt"])
def test_every_requirement_is_one_exact_version(name):
    for line in lines(CODE / name):
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*==[0-9]+(\.[0-9]+)*|-r \S+", line), line
        if line.startswith("-r "):
            assert (CODE / name).parent.joinpath(line[3:]).resolve() == REQUIREMENTS


def test_what_is_required_in_turn_is_pinned_as_well():
    pinned = pins(REQUIREMENTS)
    for name in pinned:
        for text in distribution(name).requires or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                needed = requirement.name.lower().replace("_", "-")
                assert needed in pinned, f"{name} needs {needed}"
                assert pinned[needed] in requirement.specifier, f"{name} needs {requirement}"


def test_the_tests_run_with_what_is_pinned():
    assert {name: distribution(name).version for name in pins(REQUIREMENTS)} == pins(REQUIREMENTS)


def test_both_images_have_the_same_base_with_a_version():
    [docker] = re.findall(r"^FROM (\S+)$", DOCKERFILE, re.MULTILINE)
    [definition] = re.findall(r"^From: (\S+)$", DEFINITION, re.MULTILINE)
    assert docker == definition
    assert re.fullmatch(r"python:3\.\d+-slim", docker)
    assert "\nBootstrap: docker\n" in DEFINITION


def test_both_images_install_the_same_file():
    # Apptainer looks from the folder where the reader is, the root of the bundle; Docker from the folder that is given
    # to `docker build`: container/ is the one with a requirements.txt that is meant.
    [(docker_source, docker_target)] = re.findall(r"^COPY (\S+) (\S+)$", DOCKERFILE, re.MULTILINE)
    section = re.search(r"^%files\n((?: +.*\n)+)", DEFINITION, re.MULTILINE)[1]
    [(source, target)] = [line.split() for line in section.splitlines()]
    assert (CODE / source).samefile(REQUIREMENTS)
    assert (CODE / "container" / docker_source).samefile(REQUIREMENTS)
    assert target == docker_target


def test_both_images_install_it_in_the_same_way():
    [docker] = re.findall(r"^RUN (.*)$", DOCKERFILE, re.MULTILINE)
    section = re.search(r"^%post\n((?: +.*\n)+)", DEFINITION, re.MULTILINE)[1]
    assert [line.strip() for line in section.splitlines()] == [docker]
    target = re.search(r"^COPY \S+ (\S+)$", DOCKERFILE, re.MULTILINE)[1]
    assert docker == f"pip install --no-cache-dir -r {target}"


def test_packages_of_the_home_directory_stay_out_of_both_images():
    [docker] = re.findall(r"^ENV (\S+=\S+)$", DOCKERFILE, re.MULTILINE)
    [definition] = re.findall(r"^    export (\S+=\S+)$", DEFINITION, re.MULTILINE)
    assert docker == definition == "PYTHONNOUSERSITE=1"
