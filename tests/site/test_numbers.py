"""No number of a page is typed that can be computed: highlights, line numbers, and how many there are of something."""

import re
import tomllib

import pytest
from docutils import nodes
from steps import configuration

from extensions.counts import WORDS, Number

TYPED_LINES = re.compile(r"\blines?\s+\d+")


@pytest.fixture(scope="session")
def exceptions(root):
    """The numbers that may be typed: page to texts, each with a reason."""
    entries = tomllib.loads((root / "tests" / "typed_numbers.toml").read_text(encoding="utf-8"))["number"]
    assert all(entry.keys() == {"page", "text", "reason"} for entry in entries)
    found = {}
    for entry in entries:
        found.setdefault(entry["page"], []).append(entry["text"])
    return found


@pytest.fixture(scope="session")
def values(site, root):
    """Every number that conf.py can count."""
    counts = configuration()["counts"]
    return {source.read(root, counts) for source in counts.values()}


def numbers(values):
    """The pattern of these values, however they are written: 7, seven, 0-6."""
    forms = set()
    for value in values:
        forms |= {str(value), format(Number(value), "range")}
        if value < len(WORDS):
            forms.add(WORDS[value])
    return re.compile(
        rf"(?<![\w.:-])(?:--array=)?({'|'.join(sorted(forms, key=len, reverse=True))})(?![\w-]|[.:,]\d)", re.I
    )


def is_computed(node):
    return "count" in node.get("classes", ()) or isinstance(node, nodes.literal_block | nodes.comment)


def prose(node):
    """The text below a node with what is computed in it left out, paragraph by paragraph."""
    for block in node.findall(lambda found: isinstance(found, nodes.TextElement) and not in_text(found)):
        code = isinstance(block, nodes.literal_block | nodes.comment)
        if not code and "listing-note" not in block["classes"] and not is_measured(block):
            yield block, "".join(written(block))


def is_measured(node):
    """Tell whether it is in a table that a program has written, which shows a file."""
    while node is not None and "measured" not in node.get("classes", ()):
        node = node.parent
    return node is not None


def in_text(node):
    return isinstance(node.parent, nodes.TextElement)


def written(node):
    if isinstance(node, nodes.Text):
        yield node.astext()
    elif is_computed(node) or "lines" in node.get("classes", ()):
        yield "#"
    else:
        for child in node.children:
            yield from written(child)


def line(block):
    while block is not None and block.line is None:
        block = block.parent
    return block.line if block is not None else "?"


def test_no_number_is_typed_that_can_be_counted(doctree, page_name, values, exceptions):
    allowed = exceptions.get(page_name, [])
    complaints, used = [], set()
    for block, text in prose(doctree(page_name)):
        text = " ".join(text.split())
        for pattern in (numbers(values), TYPED_LINES):
            for match in pattern.finditer(text):
                excuse = [part for part in allowed if part in text and within(match, part, text)]
                used.update(excuse)
                if not excuse:
                    around = text[max(0, match.start() - 40) : match.end() + 40]
                    complaints.append(f"{page_name}.md:{line(block)}: {match[0]!r} is typed: …{around}…")
    stale = [
        f"tests/typed_numbers.toml: {page_name}: {text!r} is no longer needed" for text in allowed if text not in used
    ]
    assert not complaints + stale, "\n".join(complaints + stale)


def within(match, part, text):
    """Whether the match is inside of one of the places of `part`."""
    return any(
        place.start() <= match.start() and match.end() <= place.end() for place in re.finditer(re.escape(part), text)
    )


def test_no_highlight_is_typed(doctree, page_name):
    for block in doctree(page_name).findall(nodes.literal_block):
        typed = "hl_lines" in block.get("highlight_args", {}) and "listing" not in block
        assert not typed, f"{page_name}.md:{block.line}: emphasize-lines is typed; name the step before: changes-from"


def test_exceptions_are_of_pages_that_there_are(exceptions, page_names):
    assert exceptions.keys() <= set(page_names)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("seven tasks", True),
        ("Seven tasks", True),
        ("`--array=0-6`", True),
        ("0-6 runs", True),
        ("7 tasks.", True),
        ("lines 18 to 24", True),
        ("line 3", True),
        ("seventeen", False),
        ("17 or 70", False),
        ("0.7", False),
        ("7.5", False),
        ("7:30", False),
        ("k-7", False),
        ("in a line", False),
    ],
)
def test_what_a_typed_number_is(text, typed):
    assert bool(numbers({7}).search(text) or TYPED_LINES.search(text)) == typed
