"""A small site with our extensions, built in this process by Sphinx's own fixtures for tests."""

import pickle
import textwrap
from pathlib import Path

import pytest
from sphinx.testing.fixtures import make_app, test_params  # noqa: F401 - pytest finds the fixtures here

CONF = """
extensions = ["myst_parser", "sphinx_togglebutton", "extensions.counts", "extensions.lines", "extensions.listing"]
listing_root = "code"
"""


class Project:
    """A folder with sources: `write` files, `build` them, look at what came out."""

    def __init__(self, folder: Path, make):
        self.folder = folder
        self.make = make
        self.source = folder / "source"
        self.write("conf.py", CONF)

    def write(self, name: str, text: str) -> Path:
        """Writes a source file; its indentation may follow the test's."""
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    def build(self, parallel: int = 1, builder: str = "html") -> tuple[str, list[str]]:
        """Builds what is out of date; gives the warnings, and the pages that were read."""
        app = self.make(builder, self.source, self.folder, parallel=parallel)
        read = []
        app.connect("env-before-read-docs", lambda app, env, names: read.extend(names))
        try:
            app.build()
        finally:
            app.cleanup()  # or the next build would find roles and nodes that are there already
        return app.warning.getvalue(), read

    def page(self, markdown: str) -> str:
        """Builds index.md with this text; gives the warnings."""
        self.write("index.md", "# Title\n\n" + textwrap.dedent(markdown).lstrip("\n"))
        return self.build()[0]

    def html(self, name: str = "index") -> str:
        """A built page."""
        return (self.folder / "html" / f"{name}.html").read_text(encoding="utf-8")

    def doctree(self, name: str = "index"):
        """What Sphinx read of a page."""
        return pickle.loads((self.folder / "doctrees" / f"{name}.doctree").read_bytes())


@pytest.fixture
def project(tmp_path, make_app) -> Project:  # noqa: F811
    """A new project without pages."""
    return Project(tmp_path, make_app)
