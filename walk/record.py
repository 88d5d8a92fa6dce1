"""Writes what a walk got back into the pages: the outputs of transcripts that are not what the pages show."""

from pathlib import Path

from extensions.blocks import commands
from walk.compare import shorten
from walk.inventory import Inventory
from walk.journey import Outcome


def new_text(outcome: Outcome) -> str:
    """The text of a transcript with the outputs of the walk where the page has others."""
    lines = []
    for number, command in enumerate(commands(outcome.block.text)):
        first, *rest = command.text.split("\n")
        lines += [f"$ {first}", *rest]
        shown = list(command.output)
        lines += shorten(shown, outcome.results[number].lines) if number in outcome.differs else shown
    return "\n".join(lines)


def rewritten(source: str, outcomes: list[Outcome]) -> str:
    """The source of a page with new outputs; what is nested keeps its indentation."""
    lines = source.split("\n")
    # From the last to the first: so the lines of those before stay where they are.
    for outcome in sorted(outcomes, key=lambda outcome: outcome.block.line, reverse=True):
        first, old = outcome.block.line - 1, outcome.block.text.split("\n")
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        there = [line.removeprefix(indent).rstrip() for line in lines[first : first + len(old)]]
        if there != [line.rstrip() for line in old]:
            raise ValueError(f"{outcome.block.place}: the page has changed since it was built")
        new = new_text(outcome).split("\n")
        lines[first : first + len(old)] = [f"{indent}{line}".rstrip() for line in new]
    return "\n".join(lines)


def write_totals(found: Inventory) -> bool:
    """Write how many blocks there are of each kind, if the site wants to know; was there anything else before?"""
    if not found.config.walk_totals:
        return False
    path = found.source / found.config.walk_totals
    text = "".join(f"{kind},{count}\n" for kind, count in found.totals().items())
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True


def write(source: Path, outcomes: list[Outcome]) -> list[str]:
    """Write new outputs into the pages; return the places where that was done."""
    written = []
    for page in dict.fromkeys(outcome.block.page for outcome in outcomes):
        changed = [outcome for outcome in outcomes if outcome.block.page == page and outcome.differs]
        if not changed:
            continue
        path = source / f"{page}.md"
        new = path.with_name(path.name + ".new")
        new.write_text(rewritten(path.read_text(encoding="utf-8"), changed), encoding="utf-8")
        new.replace(path)
        written += [outcome.block.place for outcome in changed]
    return written
