"""Marks in listings, commands and downloads where the values of a reader's own cluster go; a script fills them in.

What a value may be, and where a batch script takes it, says a script of the bundle: it does the same for an unpacked
zip file, and is loaded here. Nothing of this is in the doctree, so the walk types what stands there unfilled.
"""

import html
import importlib.util
import json
import re
import tomllib
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ConfigError
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from extensions import builders, one_file
from walk.directives import walked_block
from walk.model import PROMPT, Transcript

logger = logging.getLogger(__name__)

SCRIPT = "your_cluster.js"
# A path that is there on the cluster. Only pages say it, so it has no place in a script.
PART_OF_PATH = r"\/(?:\$USER|[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63})"
FOLDER = rf"(?:\$HOME|\$SCRATCH|\$WORK|{PART_OF_PATH})(?:{PART_OF_PATH}){{0,15}}"
# Name, label, an example.
FIELDS = (
    ("account", "account", "PROJECT"),
    ("partition", "partition", "PARTITION"),
    ("qos", "quality of service", "regular"),
    ("constraint", "constraint", "cpu"),
    ("mail", "mail address, for the ends of jobs", "you@example.org"),
    ("module", "line that makes Apptainer available", "module load apptainer"),
    ("runtime", "command for containers", "apptainer"),
    ("before", "line before each job", "source env/bin/activate"),
    ("folder", "folder for your files", "/scratch/PROJECT"),
)
# What the file of a site may say.
KEYS = {"name": str, "source": str, "date": date, "partitions": list, "values": dict}
# What asks Slurm for a job, as the first word of a command.
SUBMITS = re.compile(r"(?:^|(?<=[|&;] )|(?<=\$\())(?:sbatch|srun|salloc)(?= )")
# After these, or in them, a login needs Apptainer: it is made available before.
BEGINS = ("alias python='apptainer ", "apptainer build ")
RUNTIME = re.compile(r"(?<![\w./-])apptainer(?= (?:build|cache|exec|run|shell) )")
PART = re.compile(r'<span class="linenos">[^<]*</span>|<[^>]*>|&[^;]+;|[^<&]', re.DOTALL)
OPENS = re.compile("<[^/][^<>]*>")

# As in the script: start, end, name, the text before the value, the text after it.
Place = tuple[int, int, str, str, str]


def load(path: Path) -> ModuleType:
    """Return the script of the bundle as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def patterns(script: ModuleType) -> dict[str, str]:
    """Return what each value may be, as a regular expression that Python and JavaScript read in the same way."""
    return {**script.PATTERNS, "folder": FOLDER}


def preset(path: Path, allowed: dict[str, str]) -> dict:
    """Return what the file of a site says; ConfigError with one line for what it can't be."""
    try:
        site = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"your_cluster: {path}: {error}") from error
    for name, value in site.items():
        if name not in KEYS:
            raise ConfigError(f"your_cluster: {path}: {name} is none of {', '.join(KEYS)}")
        if not isinstance(value, KEYS[name]):
            raise ConfigError(f"your_cluster: {path}: {name} can't be {value!r}")
    said = {name: str(site.get(name, "")) for name in ("name", "source", "date")}
    for name, text in said.items():
        if not text.strip():
            raise ConfigError(f"your_cluster: {path}: {name} is missing")
    partitions, values = site.get("partitions", []), site.get("values", {})
    for name, value in [*values.items(), *(("partition", one) for one in partitions)]:
        if name not in allowed or not isinstance(value, str) or not re.fullmatch(allowed[name], value):
            raise ConfigError(f"your_cluster: {path}: {name} can't be {value!r}")
    if not said["source"].startswith("https://"):
        raise ConfigError(f"your_cluster: {path}: source can't be {said['source']!r}")
    return {**said, "partitions": partitions, "values": values}


def places_in_transcript(block: Transcript, script: ModuleType) -> list[Place]:
    """Return where the commands of a transcript take values. `script` is the bundle's, loaded."""
    if block.on_host:
        return []  # the machine of the practice cluster
    found: list[Place] = []
    start = 0
    for command in block.commands:
        start += len(PROMPT)
        first = command.text.partition("\n")[0]
        inside = "--jobid" in command.text  # in a job that is there already
        for match in SUBMITS.finditer(first) if not inside else ():
            for name in script.OPTIONS:
                if f"--{name}" not in command.text:
                    found.append((start + match.end(), start + match.end(), name, f" --{name}=", ""))
        if command.text.startswith(BEGINS):
            found.append((start, start, "module", "", " && "))
        for match in RUNTIME.finditer(command.text):
            found.append((start + match.start(), start + match.end(), "runtime", "", ""))
        if command.text == "python3 python/your_cluster.py slurm solutions":
            end = start + len(command.text)
            found += [(end, end, name, f" --{name}='", "'") for name in script.PATTERNS]
        if command.text == "cd ~/notebook-to-cluster":
            found.append((start + len("cd "), start + len("cd ~"), "folder", "", ""))
        start += len(command.text) + 1 + sum(len(line) + 1 for line in command.output)
    return sorted(found, key=lambda place: place[0])


def within(places: list[Place], text: str, shown: range) -> list[Place]:
    """Return the places of a text that are in the lines `shown`, counted from 1, as places of those lines alone."""
    lines = text.splitlines(keepends=True)
    first = sum(map(len, lines[: shown.start - 1]))
    last = sum(map(len, lines[: shown.stop - 1]))
    # What goes below a line belongs to that line.
    kept = [place for place in places if first <= place[0] - (place[0] == place[1]) < last]
    return [(start - first, end - first, name, before, after) for start, end, name, before, after in kept]


def opening(place: Place, empty: str) -> str:
    """Return the tag that begins a place in HTML."""
    _, _, name, before, after = place
    data = {"site": name, "empty": empty, "before": before, "after": after}
    said = "".join(f' data-{key}="{html.escape(value)}"' for key, value in data.items() if value)
    return f'<span class="place"{said}>'.replace("\n", "&#10;")


def without_colours(parts: list[str], places: list[Place]) -> list[str]:
    """Return the parts of a block's HTML, and no tag in a place: the script of the form writes plain text into it.

    A colour that ends within a place ends before it, and one that begins within it and goes on begins behind it.
    """
    arranged: list[str] = []
    begins = offset = 0  # where the place begins in what is arranged; how many characters there were
    opened: list[str] = []  # in the place that was last
    for part in parts:
        closes = part.startswith("</")
        inside = any(start < offset < end for start, end, *_ in places)
        if closes and opened:
            opened.pop()
        elif closes and inside and OPENS.fullmatch(arranged[begins - 1]):
            begins -= 1
            del arranged[begins]  # nothing of it is left
        elif closes and inside:
            arranged.insert(begins, part)
            begins += 1
        elif part.startswith("<") and inside:
            opened.append(part)
        else:
            if not inside:
                arranged += opened
                opened = []
                begins = len(arranged)
            arranged.append(part)
            offset += not part.startswith("<")
    return arranged


def weave(markup: str, places: list[Place], text: str) -> str:
    """Return the HTML of a block of this text with its places in it; ValueError where one is not in what is shown."""
    head, pre, rest = markup.partition("<pre>")
    numbers = re.search(r'<span class="linenos">([^<]*)</span>', rest)
    # A line that the file has not got has no number, and begins where the others do.
    gutter = f'<span class="linenos">{" " * len(numbers[1])}</span>' if numbers else ""
    woven, offset, waiting = [head, pre], 0, list(places)
    end = -1  # of the place that is open

    def new(line: bool) -> None:
        """Write the places that are empty here, for whole lines or in a line."""
        while waiting and waiting[0][0] == waiting[0][1] == offset and waiting[0][4].endswith("\n") == line:
            place = opening(waiting.pop(0), "") + "</span>"
            woven.append(f'<span class="added-line">{gutter}{place}</span>' if line else place)

    parts = without_colours(PART.findall(rest), places)
    if html.unescape("".join(part for part in parts if not part.startswith("<"))).rstrip() != text.rstrip():
        raise ValueError("what is shown is not the text of the block: see its encoding, and highlight_options")
    for part in parts:
        if part.startswith("<"):
            woven.append(part)
            continue
        if end < 0:
            new(line=False)  # behind a prompt, which nobody copies
        if end < 0 and waiting and waiting[0][0] == offset:
            woven.append(opening(waiting[0], text[offset : waiting[0][1]]))
            end = waiting[0][1]
        woven.append(part)
        offset += 1
        if offset == end:
            woven.append("</span>")
            waiting.pop(0)
            end = -1
        if end < 0:
            new(line=True)  # in the line above, so before the number of the next one
    if waiting:
        raise ValueError(f"{waiting[0][2]}: its place is not in what is shown")
    return "".join(woven)


class Marks:
    """Marks places for a builder of HTML."""

    def __init__(self, app):
        self.root = Path(app.srcdir)
        self.script = load(Path(app.confdir) / app.config.your_cluster_script)
        self.patterns = patterns(self.script)
        self.preset = preset(Path(app.confdir) / app.config.your_cluster_site, self.patterns)

    def read(self, file: str) -> str:
        """Return the text of a file, named from the source folder, as the script in the browser reads it."""
        return (self.root / file).read_bytes().decode("utf-8-sig", errors="replace")

    def places_of(self, link: addnodes.download_reference, file: str) -> list[Place]:
        """Return the places of a file that a link leads to, named from the source folder.

        None if it is no batch script; if it could not be filled in, none and a warning.
        """
        if not file.endswith(".sh"):
            return []
        text = self.read(file)
        places = self.script.places(text)
        if places and "\ufffd" in text:
            said = "your_cluster: %s is not in UTF-8, so nothing can be filled in: save it so"
            logger.warning(said, file, location=link)
            return []
        return places

    def places(self, node: nodes.Element) -> list[Place]:
        """Return the places of a block, counted from its beginning."""
        if isinstance(node, walked_block) and isinstance(node["block"], Transcript):
            return places_in_transcript(node["block"], self.script)
        listing = node.get("listing")
        if listing is None or not listing.file.endswith(".sh"):
            return []
        # A line may be shown with less indentation, other tabs, or from another encoding than the file has it.
        lines = self.read(listing.file).splitlines(keepends=True)
        lines[listing.numbers.start - 1 : listing.numbers.stop - 1] = node.astext().splitlines(keepends=True)
        text = "".join(lines)
        return within(self.script.places(text), text, listing.numbers)

    def mark(self, highlight):
        """Return Sphinx's function that highlights a block, with the places marked in what it returns."""

        def highlight_block(source, *arguments, location=None, **options):
            markup = highlight(source, *arguments, location=location, **options)
            places = self.places(location) if isinstance(location, nodes.literal_block) else []
            try:
                return weave(markup, places, source) if places else markup
            except ValueError as error:
                logger.warning("your_cluster: %s", error, location=location)
                return markup

        return highlight_block


def visit_download(self: HTML5Translator, node: addnodes.download_reference) -> None:
    """Write a link to a file as Sphinx does, with the places of what it leads to."""
    type(self).visit_download_reference(self, node)
    marks: Marks | None = getattr(self.builder, "your_cluster", None)
    if marks is None or "filename" not in node:
        return  # a book; another host, or a file that is not there, of which Sphinx warns
    file = self.builder.env.relfn2path(node["reftarget"], node["refdoc"])[0]
    if places := marks.places_of(node, file):
        self.body[-1] = self.body[-1].replace("<a", f"<a{data('places', places)}", 1)


def depart_download(self: HTML5Translator, node: addnodes.download_reference) -> None:
    """End a link to a file."""
    type(self).depart_download_reference(self, node)


def data(name: str, value: Any) -> str:
    """Return an attribute with a value in JSON; in single quotes, because JSON has many double ones."""
    text = html.escape(json.dumps(value, separators=(",", ":")), quote=False).replace("'", "&#39;")
    return f" data-{name}='{text}'"


def dialog(site: dict) -> str:
    """Return the form in HTML, and the box that shows what a link would set."""
    plain = 'autocomplete="off" autocapitalize="off" spellcheck="false"'
    lists = {"partition": ' list="your-cluster-partitions"'}
    fields = [
        f'<label>{label}<input name="{name}" placeholder="{example}"{lists.get(name, "")}></label>'
        for name, label, example in FIELDS
    ]
    partitions = "".join(f'<option value="{one}"></option>' for one in site["partitions"])
    return "\n".join(
        [
            '<dialog id="your-cluster-form" class="your-cluster" aria-labelledby="your-cluster-title">',
            f'<form method="dialog" novalidate {plain}>',
            '<h2 id="your-cluster-title">Your cluster</h2>',
            "<p>These values are put into every batch script, command and download. They stay in this browser."
            " Leave empty what your site does not want.</p>",
            *fields,
            f'<datalist id="your-cluster-partitions">{partitions}</datalist>',
            '<p role="alert"></p>',
            '<p><a class="link" href="#">A link with these values</a>, without the mail address, for others.</p>',
            '<p><button value="save">Save</button> <button value="clear">Clear all</button>'
            ' <button value="cancel">Cancel</button></p>',
            "</form></dialog>",
            '<dialog id="your-cluster-offer" class="your-cluster" aria-labelledby="your-cluster-offered">',
            '<form method="dialog">',
            '<h2 id="your-cluster-offered">Set these values?</h2>',
            "<p>The link that you followed would put them into every batch script, command and download.</p>",
            "<ul></ul>",
            '<p><button value="refuse">Refuse</button> <button value="accept">Accept</button></p>',
            "</form></dialog>",
        ]
    )


def start(app) -> None:
    """Have what Sphinx highlights be marked; on paper nothing can be filled in."""
    if app.builder.format != "html" or app.builder.name in builders.BOOK:
        return
    app.builder.your_cluster = marks = Marks(app)
    app.builder.highlighter.highlight_block = marks.mark(app.builder.highlighter.highlight_block)


def tell_template(app, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Give the template the form, and the script with what it needs to know."""
    marks = getattr(app.builder, "your_cluster", None)
    if marks is None:
        return
    source = context["pathto"](one_file.combined(app, [{"file": f"_static/{SCRIPT}"}], "js"), 1)
    said = data("patterns", marks.patterns) + data("preset", marks.preset["values"])
    context["your_cluster_script"] = f'<script src="{source}"{said}></script>'
    context["your_cluster_dialog"] = dialog(marks.preset)


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.setup_extension("extensions.one_file")
    app.add_config_value("your_cluster_script", "", "html", types=[str])  # of the bundle, from conf.py's folder
    app.add_config_value("your_cluster_site", "", "html", types=[str])  # the preset of a site, from conf.py's folder
    app.add_node(addnodes.download_reference, override=True, html=(visit_download, depart_download))
    app.connect("builder-inited", start)
    app.connect("html-page-context", tell_template)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
