"""Each word of the glossary is a link where it is first used, in the order in which the pages are read."""

import re

import pytest
from docutils import nodes
from sphinx.addnodes import download_reference, glossary, pending_xref, toctree

GLOSSARY = "content/glossary"
# What a reader reads one word after the other is running text. Code is not, nor is what is a link already, nor what
# stands above a listing or a picture, nor the two boxes that say in short what the text says.
NO_TEXT = (nodes.literal, nodes.literal_block, nodes.comment, nodes.image, nodes.reference, download_reference)
BOXES = ("What you will be able to do", "Key points")
# Words that also mean something else: how they look where they are the term. To run is what most things do.
SPELLINGS = {
    "run": r"(?<=one )run",
}


def spelling(term):
    """The pattern of a term, of one of it and of several."""
    for end, ends in {"y": "(?:y|ies)", "ex": "(?:ex|ices)", "": "(?:s|es)?"}.items():
        if term.endswith(end):
            return SPELLINGS.get(term, re.escape(term.removesuffix(end)) + ends)


def uses(terms, pieces):
    """The terms that a text uses, one after the other, each with whether it is a link to that term.

    A text is pieces (words, the term that they are a link to). Of terms that begin at the same place, the longest is
    meant: "job array" is no "job".
    """
    order = sorted(terms, key=len, reverse=True)
    pattern = re.compile(
        "|".join(rf"(?<![\w-])(?P<t{i}>{spelling(order[i])})(?![\w-])" for i in range(len(order))), re.I
    )
    text = "".join(words for words, _ in pieces)
    links, place = {}, 0
    for words, target in pieces:
        if target:
            links[place] = target
        place += len(words)
    for match in pattern.finditer(text):
        term = order[int(match.lastgroup[1:])]
        yield term, links.pop(match.start(), None) == term
    for place in links:
        raise ValueError(f"the link to {links[place]!r} does not have this word, or stands in a longer term")


def complaints(terms, pages):
    """What is wrong: a line a fault.

    `pages` is, in reading order, a list of (page, texts), and a text is (line, pieces).
    """
    found, seen = [], set()
    for page, texts in pages:
        here = set()
        for line, pieces in texts:
            try:
                found += [f"{page}.md:{line}: {fault}" for fault in faults(uses(terms, pieces), seen, here)]
            except ValueError as error:
                found.append(f"{page}.md:{line}: {error}")
        seen |= here
    return found + [f"{GLOSSARY}.md: no page uses {term!r}" for term in sorted(set(terms) - seen)]


def faults(used, seen, here):
    """What is wrong in a text; notes what is used `here`, on this page, and knows what was `seen` on earlier ones."""
    for term, is_link in used:
        if is_link and term in here:
            yield f"{term!r} is a link, and not the first use on this page"
        if not is_link and term not in seen | here:
            yield f"{term!r} is used here first, and is no link to the glossary"
        here.add(term)


def box(node):
    """The title of the box that a node is in."""
    while node is not None and not isinstance(node, nodes.admonition):
        node = node.parent
    return node.next_node(nodes.title).astext() if node is not None else ""


def texts(tree):
    """The running text of a page: (line, pieces), paragraph by paragraph."""
    for block in tree.findall(nodes.paragraph):
        if box(block) not in BOXES and "listing-note" not in block["classes"]:
            yield block.line or block.parent.line, list(written(block))


def written(node):
    """The words of a node, each with the term that it is a link to."""
    if isinstance(node, nodes.Text):
        yield node.astext().replace("\n", " "), None
    elif isinstance(node, pending_xref) and node["reftype"] == "term":
        yield node.astext().replace("\n", " "), node["reftarget"]
    elif isinstance(node, (*NO_TEXT, pending_xref)) or "lines" in node.get("classes", ()):
        yield "#", None
    else:
        for child in node.children:
            yield from written(child)


@pytest.fixture(scope="session")
def terms(doctree):
    """What the glossary explains."""
    return [term.astext() for found in doctree(GLOSSARY).findall(glossary) for term in found.findall(nodes.term)]


def test_every_term_is_a_link_where_it_is_first_used(doctree, terms):
    order = [page for tree in doctree("index").findall(toctree) for _, page in tree["entries"] if page != GLOSSARY]
    assert len(order) > 15 and len(terms) > 30
    wrong = complaints(terms, [(page, list(texts(doctree(page)))) for page in order])
    assert not wrong, "\n".join(wrong)


def test_terms_stand_in_the_order_of_the_alphabet(terms):
    assert terms == sorted(terms, key=str.lower)


LINK = re.compile(r"\{(?P<words>.*?)(?:\|(?P<term>.*?))?\}")  # {job}, {jobs|job}


def pieces(text):
    """The pieces of a text in which links are in braces."""
    place = 0
    for link in LINK.finditer(text):
        yield text[place : link.start()], None
        yield link["words"], link["term"] or link["words"]
        place = link.end()
    yield text[place:], None


@pytest.mark.parametrize(
    ("terms", "pages", "said"),
    [
        ("job", ["A {job} and a job."], []),
        ("job", ["A job, a {job}."], ["p0.md:1: 'job' is used here first", "p0.md:1: 'job' is a link, and not"]),
        ("job", ["No word.", "A {job}."], []),
        ("job", ["A {job}.", "A job."], []),
        ("job", ["A {job}.", "Two {jobs|job}."], []),
        ("job", ["A {job}.\nA {job}."], ["p0.md:2: 'job' is a link, and not the first use on this page"]),
        ("job", ["A job.", "A {job}."], ["p0.md:1: 'job' is used here first, and is no link to the glossary"]),
        ("job", ["A job-name."], ["content/glossary.md: no page uses 'job'"]),
        ("job,job array", ["A {job array}.", "A {job}."], []),
        ("job,job array", ["A job array.", "A {job}."], ["p0.md:1: 'job array' is used here first"]),
        ("job,index", ["{Jobs|job}, {indices|index}"], []),
        ("job", ["A {job}, a {word|job}."], ["p0.md:1: the link to 'job' does not have this word"]),
        ("job,run", ["You run a {job}, one {run}."], []),
    ],
)
def test_what_the_first_use_is(terms, pages, said):
    texts = [[(line, list(pieces(text))) for line, text in enumerate(page.split("\n"), 1)] for page in pages]
    found = complaints(terms.split(","), [(f"p{number}", page) for number, page in enumerate(texts)])
    assert len(found) == len(said), found
    for one, words in zip(found, said, strict=True):
        assert words in one
