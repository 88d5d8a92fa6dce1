"""Leaves out of a style sheet the rules for elements that no page has, and the variables that no rule uses.

Any doubt keeps a rule. A class, an id or an element that a script names may come at any time; attributes and what
stands behind a colon (`:hover`, `:not(.a)`) are taken to be true. What is between elements (`.a .b`, `.a > .b`) is not
looked at: it is enough that each of them is somewhere.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import tinycss2  # type: ignore[import-untyped]
from sphinx.errors import ExtensionError
from tinycss2.ast import Declaration, Node  # type: ignore[import-untyped]

TAG = re.compile(r"""<([a-z][a-z0-9]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>""", re.I)
CLASSES = re.compile(r"""\sclass\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
WORD = re.compile(r"[\w-]+")
VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
NESTING = ("media", "supports")  # at-rules with rules in them
COMBINATORS = (">", "+", "~")


class Unreadable(Exception):
    """A style sheet that breaks off or is wrong: its argument is the error, which knows the place."""


class Site:
    """What is in the pages of a site: elements with their classes, and the words of scripts."""

    def __init__(self, pages: Iterable[str], scripts: str):
        tags: set[tuple[str, str]] = set()
        for page in pages:
            tags.update(TAG.findall(page))
        self.elements = {frozenset([name.lower(), *self.classes(rest)]) for name, rest in tags}
        self.words = set(WORD.findall(scripts))

    @staticmethod
    def classes(attributes: str) -> list[str]:
        """Return the classes of a tag, each with its dot, and what another attribute says like them."""
        return [f".{name}" for found in CLASSES.findall(attributes) for name in "".join(found).split()]

    def known(self) -> str:
        """Return a text that is the same for what needs the same rules."""
        return "\n".join([*sorted(" ".join(sorted(one)) for one in self.elements), *sorted(self.words)])

    def has(self, selector: list[Node]) -> bool:
        """Say whether the elements of a selector may be in some page."""
        wanted = [{name for name in one if name.lstrip(".") not in self.words} for one in compounds(selector)]
        return all(any(one <= element for element in self.elements) for one in wanted)


def compounds(selector: list[Node]) -> list[set[str]]:
    """Return what each element of a selector must have: its name and its classes, each with its dot."""
    found: list[set[str]] = [set()]
    before = ""
    for token in selector:
        if token.type == "whitespace" or (token.type == "literal" and token.value in COMBINATORS):
            found.append(set())
        elif token.type == "ident" and not before.startswith(":"):
            found[-1].add(f".{token.value}" if before == "." else token.lower_value)
        before = token.value if token.type == "literal" else ""
    return found


def selectors(prelude: list[Node]) -> list[list[Node]]:
    """Return the selectors of a rule, which have commas between them."""
    found: list[list[Node]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            found.append([])
        else:
            found[-1].append(token)
    return found


@dataclass
class Rule:
    """A rule of a style sheet: what stands before its braces, what is in them, and its variables."""

    head: str
    body: str = ""
    variables: dict[str, str] = field(default_factory=dict)  # name: its declaration
    rules: list["Rule"] | None = None  # of an at-rule with rules in it

    def text(self, live: set[str]) -> str:
        """Return the rule with those of its variables that are used; nothing if then nothing is in it."""
        if self.rules is not None:
            parts = [rule.text(live) for rule in self.rules]
        else:
            parts = [self.body, *(f"{text};" for name, text in self.variables.items() if name in live)]
        inside = "".join(parts)
        return f"{self.head}{{{inside}}}" if inside.strip() else ""


@dataclass
class Whole(Rule):
    """What is kept as it is, such as `@keyframes`."""

    def text(self, live: set[str]) -> str:
        """Return it."""
        return self.head


def readable(nodes: list[Node]) -> list[Node]:
    """Return what was parsed; Unreadable if something could not be."""
    for node in nodes:
        if node.type == "error":
            raise Unreadable(node)
    return nodes


def used_rules(nodes: list[Node], site: Site) -> list[Rule]:
    """Return the rules that some page may use."""
    found: list[Rule] = []
    for node in readable(nodes):
        if node.type == "qualified-rule":
            kept = [tinycss2.serialize(one).strip() for one in selectors(node.prelude) if site.has(one)]
            if kept:
                found.append(Rule(",".join(kept), *contents(node.content)))
        elif node.type == "at-rule" and node.lower_at_keyword in NESTING and node.content is not None:
            inside = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            head = f"@{node.at_keyword}{tinycss2.serialize(node.prelude)}"
            found.append(Rule(head, rules=used_rules(inside, site)))
        else:
            found.append(Whole(node.serialize()))
    return found


def contents(tokens: list[Node]) -> tuple[str, dict[str, str]]:
    """Return what is in the braces of a rule: all but its variables, and these."""
    text = tinycss2.serialize(tokens)
    if "--" not in text:
        return text, {}
    parts = readable(tinycss2.parse_blocks_contents(tokens, skip_comments=True, skip_whitespace=True))
    own = [part for part in parts if isinstance(part, Declaration) and part.name.startswith("--")]
    rest = "".join(f"{part.serialize()};" for part in parts if part not in own)
    return rest, {part.name: part.serialize() for part in own}


def flat(rules: list[Rule]) -> Iterable[Rule]:
    """Yield rules, and those that are in them."""
    for rule in rules:
        yield rule
        yield from flat(rule.rules or [])


def reduce(css: str, site: Site, others: str = "") -> str:
    """Return a style sheet without what the site does not use. `others` are texts that may use its variables, too.

    ExtensionError, with the place, for what a browser would leave out.
    """
    try:
        rules = used_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), site)
    except Unreadable as wrong:
        error = wrong.args[0]
        line = css.split("\n")[error.source_line - 1]
        near = line[max(0, error.source_column - 60) : error.source_column + 60]
        raise ExtensionError(f"a style sheet is wrong near {near.strip()!r}: {error.message}") from wrong
    uses: dict[str, set[str]] = {}
    for rule in flat(rules):
        for name, text in rule.variables.items():
            uses.setdefault(name, set()).update(VARIABLE.findall(text))
    # No variable is live yet: what is left of the text is what the rules themselves say.
    waiting = set(VARIABLE.findall("".join(rule.text(set()) for rule in rules) + others))
    live: set[str] = set()
    while waiting:
        name = waiting.pop()
        live.add(name)
        waiting |= uses.get(name, set()) - live
    return "".join(rule.text(live) for rule in rules)
