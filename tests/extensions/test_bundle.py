"""The zip file that a learner downloads holds what is under code/, always in the same way."""

import os
import shutil
import time
import types
import zipfile

import pytest

from extensions import bundle


@pytest.fixture
def project(tmp_path):
    """A project with a plain file, an executable one, and three that nobody should download."""
    code = tmp_path / "code"
    for name in ("a.py", "slurm/run.sh", ".hidden", "__pycache__/a.pyc", ".ipynb_checkpoints/a.ipynb"):
        file = code / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
        file.chmod(0o600)
    (code / "slurm/run.sh").chmod(0o700)
    return tmp_path


def write(project):
    """Lets the extension do its work for `project`, as Sphinx does; gives the zip file."""
    bundle.write(types.SimpleNamespace(srcdir=project))
    return project / bundle.ZIP


def test_it_holds_the_projects_files(root, tmp_path):
    bundle.pack(root / "code", tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        packed = {name.removeprefix(f"{bundle.TOP}/"): archive.read(name) for name in archive.namelist()}
    there = bundle.files(root / "code")
    assert packed == {path.relative_to(root / "code").as_posix(): path.read_bytes() for path in there}
    assert "python/scikit_example/preprocess.py" in packed


def test_hidden_files_and_caches_stay_out_and_permissions_stay(project):
    with zipfile.ZipFile(write(project)) as archive:
        modes = {info.filename: oct(info.external_attr >> 16 & 0o777) for info in archive.infolist()}
    assert modes == {f"{bundle.TOP}/a.py": "0o644", f"{bundle.TOP}/slurm/run.sh": "0o755"}


def test_another_copy_at_another_time_gives_the_same_bytes(project, tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(project / "code", copy / "code")
    for path in copy.rglob("*"):
        os.utime(path, (time.time() + 9999, time.time() + 9999))
    assert write(copy).read_bytes() == write(project).read_bytes()


def test_where_it_cannot_be_written_one_line_says_so(tmp_path, make_app):
    for name, text in {
        "code/a.py": "a",
        "conf.py": "extensions = ['extensions.bundle']",
        "index.rst": "Title\n=====\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "_build").write_text("a file: nobody can make a folder in it, not even root")
    app = make_app("html", tmp_path, tmp_path / "out")
    app.build()
    (warning,) = app.warning.getvalue().splitlines()
    assert f"bundle: {bundle.ZIP} can't be written: " in warning


@pytest.mark.parametrize("change", ["content", "permission", "new file", "no file", "damaged"])
def test_it_is_written_only_when_a_file_changes(project, change):
    file = write(project)
    before = file.read_bytes()
    os.utime(file, (1, 1))
    write(project)
    assert file.stat().st_mtime == 1
    match change:
        case "content":
            (project / "code/a.py").write_text("b.py", encoding="utf-8")
        case "permission":
            (project / "code/a.py").chmod(0o755)
        case "new file":
            (project / "code/b.py").touch()
        case "no file":
            (project / "code/a.py").unlink()
        case "damaged":
            file.write_bytes(before[:-10])
    write(project)
    assert file.stat().st_mtime > 1
    assert (file.read_bytes() == before) == (change == "damaged")
