"""Puts all style sheets of a page into one file, and all its scripts into another: two requests in place of fifteen.

The theme and the extensions bring a file each. A page asks for `_static/page-SUM.css` instead, where SUM stands for the
names of the files in it. Pages with the same files, which are nearly all, share it.
"""

import zlib
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError

from extensions import builders

LIST = ".list"  # beside each such file: the names of the files in it, so that a later build can write it anew
KINDS = {"css_files": "css", "script_files": "js"}
# Between two files. A script may end without a semicolon, and go on with the next one's first bracket.
BETWEEN = {"css": b"\n", "js": b"\n;\n"}


def ask_for_one(app, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Have a page ask for one file of each kind; what has no file of its own stays as it is."""
    if app.builder.name not in builders.SITE:
        return
    folder = Path(app.outdir)
    for key, kind in KINDS.items():
        assets = sorted(context[key], key=lambda asset: asset.priority)
        names = [str(asset.filename) for asset in assets if asset.filename]
        if not names:
            continue
        target = f"_static/page-{zlib.crc32(repr(names).encode()):08x}.{kind}"
        folder.joinpath("_static").mkdir(exist_ok=True)
        folder.joinpath(target + LIST).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
        context[key] = [*(asset for asset in assets if not asset.filename), target]


def write(app, exception) -> None:
    """Write these files, also when no page was built: one of the files in them may be another one now."""
    if exception or app.builder.name not in builders.SITE:
        return
    folder = Path(app.outdir)
    for names in folder.glob(f"_static/page-*{LIST}"):
        target = names.with_name(names.name.removesuffix(LIST))
        parts = [folder / name for name in names.read_text(encoding="utf-8").splitlines()]
        if missing := [part.name for part in parts if not part.is_file()]:
            raise ExtensionError(f"one_file: {', '.join(missing)} is asked for by a page, and is not in _static")
        target.write_bytes(BETWEEN[target.suffix[1:]].join(part.read_bytes().strip() for part in parts) + b"\n")


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    # The theme and other extensions add their files before, and some copy them only at the end.
    app.connect("html-page-context", ask_for_one, priority=900)
    app.connect("build-finished", write, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
