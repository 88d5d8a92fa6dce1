"""Puts all style sheets of a page into one file, and all its scripts into another: two requests in place of fifteen.

The theme and the extensions bring a file each. A page asks for `_static/page-SUM.css?v=SUM` instead. The first sum
stands for the names of the files in it: pages with the same files, which are nearly all, share it. The second one is
its text's, so that no browser shows a new page with a style sheet that it has kept. In these files are few comments and
little white space that means nothing, and no rule that no page uses (`used_styles.py`).
"""

import json
import re
import zlib
from pathlib import Path

from docutils import nodes
from rcssmin import cssmin  # type: ignore[import-untyped]
from sphinx.errors import ExtensionError

from extensions import builders, search, used_styles

LIST = ".list"  # beside each such file: what is in it, so that a later build can write it anew
KINDS = {"css_files": "css", "script_files": "js"}
# Between two files. A script may end without a semicolon, and go on with the next one's first bracket.
BETWEEN = {"css": "\n", "js": "\n;\n"}
SOURCE = re.compile(r'<script[^>]*? src="([^"?]*)')
SCRIPT = re.compile(r"[\w-]+\.js\b")
# Where white space means something, or is in the sum by which a browser knows a script.
AS_IT_IS = re.compile(r"(<(pre|script|style|textarea)\b.*?</\2>)", re.DOTALL | re.IGNORECASE)
ADDRESS = re.compile(r"(page-[0-9a-f]{8}\.(?:css|js))\?v=[0-9a-f]*")


def checksum(content: bytes) -> str:
    """Return what stands in an address for the content of a file."""
    return f"{zlib.crc32(content):08x}"


def combined(app, parts: list[dict], kind: str) -> str:
    """Return the address, from the site's folder, of one file for some parts: each is a `file` or a `body`."""
    text = json.dumps(parts, indent=1)
    target = f"_static/page-{checksum(text.encode())}.{kind}"
    folder = Path(app.outdir)
    folder.joinpath("_static").mkdir(exist_ok=True)
    folder.joinpath(target + LIST).write_text(text, encoding="utf-8")
    return f"{target}?v="  # what is in it is known when all pages are


def ask_for_one(app, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Have a page ask for one file of each kind."""
    if app.builder.name not in builders.SITE:
        return
    for key, kind in KINDS.items():
        assets = sorted(context[key], key=lambda asset: asset.priority)
        # What stands in the page itself came before its files: they run at once, and use it.
        parts = [{"body": asset.attributes["body"]} for asset in assets if not asset.filename]
        parts += [{"file": str(asset.filename)} for asset in assets if asset.filename]
        if parts:
            context[key] = [combined(app, parts, kind)]


def plain(script: str) -> str:
    """Return a script without the lines that are comments, and without indentation, but for strings of several lines.

    That is most of what a minifier saves. Those that do not parse a script, such as rjsmin 1.3, also take blanks out of
    `${one}, ${two}`.
    """
    kept, string = [], False
    for line in script.splitlines():
        if not string and (not line.strip() or line.lstrip().startswith("//")):
            continue
        goes_on = string ^ bool(line.count("`") % 2)  # whether the next line is in a string
        kept.append(line if string else line.lstrip() if goes_on else line.strip())
        string = goes_on
    return script if string or any(line.endswith("\\") for line in kept) else "\n".join(kept)


def read(folder: Path, parts: list[dict], kind: str) -> str:
    """Return the text of a file that stands for these; ExtensionError if one of them is missing."""
    texts = []
    for part in parts:
        if "file" not in part:
            texts.append(part["body"])
        elif (path := folder / part["file"]).is_file():
            texts.append(path.read_text(encoding="utf-8").strip())
        else:
            raise ExtensionError(f"one_file: {path.name} is asked for by a page, and is not in _static")
    if kind == "js":
        texts = [plain(text) for text in texts]
    return BETWEEN[kind].join(texts) + "\n"


def write(app, exception) -> None:
    """Write these files, also when no page was built: one of the files in them may be another one now."""
    if exception or app.builder.name not in builders.SITE:
        return
    folder = Path(app.outdir)
    pages = {path: path.read_text(encoding="utf-8") for path in builders.pages(app)}
    asked = {name for page in pages.values() for name in ADDRESS.findall(page)}
    texts = {}
    for path in sorted(folder.glob(f"_static/page-*{LIST}")):
        target = path.with_name(path.name.removesuffix(LIST))
        if target.name in asked:
            texts[target] = read(folder, json.loads(path.read_text(encoding="utf-8")), target.suffix[1:])
        else:  # a page that asked for it is another one now
            path.unlink()
            target.unlink(missing_ok=True)
    scripts = all_scripts(folder, texts, list(pages.values()))
    styles = {target: text for target, text in texts.items() if target.suffix == ".css"}
    texts.update(reduced(styles, used_styles.Site(pages.values(), scripts), scripts, Path(app.doctreedir) / "one_file"))
    for target, text in texts.items():
        target.write_text(text, encoding="utf-8")
    name_versions(pages, {target.name: checksum(text.encode()) for target, text in texts.items()})


def all_scripts(folder: Path, texts: dict[Path, str], pages: list[str]) -> str:
    """Return the texts of all scripts that are in these files, or that a page or a script names; an index is data."""
    own = "\n".join(text for target, text in texts.items() if target.suffix == ".js")
    named = {Path(name).name for page in pages for name in SOURCE.findall(page)} | set(SCRIPT.findall(own))
    named.discard(Path(search.INDEX).name)
    files = [path for path in sorted(folder.glob("_static/**/*.js")) if path.name in named and path not in texts]
    return "\n".join([own, *(path.read_text(encoding="utf-8") for path in files)])


def reduced(styles: dict[Path, str], site: used_styles.Site, scripts: str, kept: Path) -> dict[Path, str]:
    """Return style sheets without what a browser needs not. What came of them last time is in the folder `kept`."""
    # What comes of a style sheet takes a second. It hangs on the sheet, the pages, and the code that makes it.
    needed = site.known() + Path(used_styles.__file__).read_text(encoding="utf-8")
    kept.mkdir(parents=True, exist_ok=True)
    found = {}
    for target, text in styles.items():
        known = kept / f"{target.name}-{checksum((text + needed).encode())}"
        if not known.is_file():
            for old in kept.glob(f"{target.name}-*"):
                old.unlink()
            known.write_text(cssmin(used_styles.reduce(text, site, scripts)), encoding="utf-8")
        found[target] = known.read_text(encoding="utf-8")
    return found


def without_indentation(page: str) -> str:
    """Return a page without the blanks at the beginnings of its lines, and without empty lines."""
    parts = AS_IT_IS.split(page)
    parts[::3] = [re.sub(r"\n\s+", "\n", part) for part in parts[::3]]
    del parts[2::3]  # the names of the elements
    return "".join(parts)


def name_versions(pages: dict[Path, str], versions: dict[str, str]) -> None:
    """Have each page ask for the files as they are now, in a text without white space that means nothing."""
    for path, text in pages.items():
        new = ADDRESS.sub(lambda found: f"{found[1]}?v={versions.get(found[1], '')}", without_indentation(text))
        if new != text:
            path.write_text(new, encoding="utf-8")


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    # The theme and other extensions add their files before, and some copy them only at the end.
    app.connect("html-page-context", ask_for_one, priority=900)
    app.connect("build-finished", write, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
