"""Compiled templates are kept beside the doctrees, and a folder that can't be written costs nothing but time."""

import shutil

from extensions.templates import Cache

CONF = 'extensions = ["myst_parser", "extensions.templates"]\n'


def test_they_are_kept_outside_of_the_source(project):
    project.write("conf.py", CONF)
    assert project.page("Text.") == ""
    assert list((project.folder / "doctrees/templates").iterdir())
    assert {path.name for path in project.source.iterdir()} == {"conf.py", "index.md"}


def test_without_its_folder_the_site_is_built(project, monkeypatch):
    project.write("conf.py", CONF)
    load = Cache.load_bytecode

    def vanish(self, bucket):
        shutil.rmtree(self.directory, ignore_errors=True)
        load(self, bucket)

    monkeypatch.setattr(Cache, "load_bytecode", vanish)
    assert project.page("Text.") == ""
    assert "Text." in project.html()
