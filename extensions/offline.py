"""Writes worker.js, which keeps the whole lesson in a reader's browser: static/worker.js, and what there is to keep.

A browser asks for this file at each visit, and fetches of the lesson only what has another checksum than before.
"""

import json
from pathlib import Path

from extensions import builders, one_file

NAME = "worker.js"  # a worker answers for the folder that it lies in and all below


def files(app) -> list[str]:
    """Return what a page may need, from the site's folder: pages, pictures, and what they load."""
    folder = Path(app.outdir)
    found = [app.builder.get_outfilename(page) for page in [*app.env.found_docs, "search", "404"]]
    found += [folder / app.builder.imagedir / name for _, name in app.env.images.values()]
    for name in ("page-*.css", "page-*.js", "search*.js", Path(app.config.html_logo).name):
        found += folder.glob(f"_static/{name}")
    return sorted({Path(path).relative_to(folder).as_posix() for path in found if Path(path).is_file()})


def write(app, exception) -> None:
    """Write the worker, with each file's address and the checksum of what is in it."""
    if exception or app.builder.name not in builders.SITE:
        return
    folder = Path(app.outdir)
    kept = [f"{name}?v={one_file.checksum((folder / name).read_bytes())}" for name in files(app)]
    code = Path(__file__).parents[1].joinpath("static", NAME).read_text(encoding="utf-8")
    (folder / NAME).write_text(
        f"const FILES = {json.dumps(kept, indent=0)};\n{one_file.plain(code)}\n", encoding="utf-8"
    )


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.connect("build-finished", write, priority=950)  # when one_file.py has written the last file
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
