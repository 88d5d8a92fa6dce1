"""Names the builders that the extensions tell apart, as Sphinx names them, and the pages they write; no extension."""

from pathlib import Path

SITE = ("html", "dirhtml")
BOOK = ("singlehtml", "epub")


def pages(app) -> list[Path]:
    """Return the files of the built pages; a page that a reader downloads as a file is none."""
    folder = Path(app.outdir)
    return [path for path in folder.rglob("*.html") if not path.is_relative_to(folder / "_downloads")]
