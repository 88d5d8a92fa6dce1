"""Takes away built pages whose source is gone: after a rename the old page would still be there, and still be found.

Which pages a build writes is kept in the output folder, so nothing else there is ever touched.
"""

from pathlib import Path

LIST = ".pages"  # in the output folder: the files of all pages, one a line


def remove(app, env) -> None:
    """Delete the pages of the build before that are no pages any more, and keep the list of those that are.

    This is before anything is written: a page that Sphinx now makes without a source comes after it.
    """
    if app.builder.name != "html":
        return
    folder = Path(app.outdir).resolve()
    files = {Path(app.builder.get_outfilename(name)).relative_to(app.outdir).as_posix() for name in env.found_docs}
    kept = folder / LIST
    before = set(kept.read_text(encoding="utf-8").splitlines()) if kept.exists() else set()
    for file in before - files:
        page = (folder / file).resolve()
        for path in (page, page.with_suffix(".md")):  # its copy for those who read Markdown
            if path.is_relative_to(folder) and path.is_file():
                path.unlink()
    kept.write_text("".join(f"{file}\n" for file in sorted(files)), encoding="utf-8")


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.connect("env-updated", remove)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
