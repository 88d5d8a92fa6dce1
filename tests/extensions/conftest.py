"""A small site with our extensions, built in this process."""

import io
import pickle
import textwrap
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

CONF = """
extensions = ["myst_parser", "sphinx_togglebutton", "extensions.counts", "extensions.lines", "extensions.listing"]
listing_root = "code"
"""


class Project:
    """A folder with sources: `write` files, `build` them, look at what came out."""

    def __init__(self, folder: Path):
        self.folder = folder
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
        warnings = io.StringIO()
        read = []
        with docutils_namespace():
            app = Sphinx(
                self.source, self.source, self.folder / "html", self.folder / "doctrees", builder,
                status=None, warning=warnings, parallel=parallel,
            )  # fmt: skip
            app.connect("env-before-read-docs", lambda app, env, names: read.extend(names))
            app.build()
        return warnings.getvalue(), read

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
def project(tmp_path) -> Project:
    """A new project without pages."""
    return Project(tmp_path)
