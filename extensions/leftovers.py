"""Takes away built pages whose source is gone: after a rename the old page would still be there, and still be found."""

from pathlib import Path

GENERATED = {"404", "search"}  # the pages that have no source


def remove(app, exception) -> None:
    """Deletes every built page that is neither in the project nor generated."""
    if exception or app.builder.name != "html":
        return
    folder = Path(app.outdir)
    for page in folder.rglob("*.html"):
        name = page.relative_to(folder).with_suffix("").as_posix()
        if not name.startswith("_") and name not in app.env.found_docs | GENERATED:
            page.unlink()


def setup(app) -> dict:
    """Connects the extension; Sphinx calls it."""
    app.connect("build-finished", remove)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
