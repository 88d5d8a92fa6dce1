"""Writes what a walk got back into the pages: the outputs of transcripts that are not what the pages show."""

from collections.abc import Sequence

from extensions.blocks import PROMPT, Block, commands
from walk.compare import ANY, Rule, renumbered, shorten
from walk.errors import Wrong
from walk.inventory import TRANSCRIPT, Inventory
from walk.journey import Outcome


def new_text(outcome: Outcome, numbers: set[int]) -> str:
    """The text of a transcript with the outputs of the walk for these commands; Wrong for one that no page can show."""
    lines = []
    for number, command in enumerate(commands(outcome.block.text)):
        first, *rest = command.text.split("\n")
        lines += [f"$ {first}", *rest]
        if number not in numbers:
            lines += command.output
            continue
        got = outcome.results[number].lines
        if unfit := next((line for line in got if line == ANY or line.startswith((PROMPT, "```", ":::"))), None):
            raise Wrong(f"{outcome.block.place}: the output has a line that means something else there: {unfit}")
        lines += shorten(list(command.output), got)
    return "\n".join(lines)


def other_ids(outcome: Outcome, rules: Sequence[Rule]) -> list[int]:
    """The numbers of the commands whose output is the page's, but for the ids of jobs."""
    if outcome.block.kind != TRANSCRIPT or outcome.block.options["output"] != "compared":
        return []
    both = enumerate(zip(commands(outcome.block.text), outcome.results, strict=True))
    return [
        number
        for number, (command, result) in both
        if number not in outcome.differs and renumbered([line.rstrip() for line in command.output], result.lines, rules)
    ]


def rewritten(source: str, new: dict[Block, str]) -> str:
    """The source of a page with new texts of blocks; what is nested keeps its indentation."""
    lines = source.split("\n")
    # From the last to the first: so the lines of those before stay where they are.
    for block, text in sorted(new.items(), key=lambda entry: entry[0].line, reverse=True):
        first, old = block.line - 1, block.text.split("\n")
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        there = [line.removeprefix(indent).rstrip() for line in lines[first : first + len(old)]]
        if there != [line.rstrip() for line in old]:
            raise Wrong(f"{block.place}: the page has changed since it was built")
        lines[first : first + len(old)] = [f"{indent}{line}".rstrip() for line in text.split("\n")]
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


def write(found: Inventory, outcomes: list[Outcome]) -> list[str]:
    """Write new outputs into the pages, all or none; return the places where that was done.

    As soon as one output is written, all that have other ids are, too: else a page would show one job with two ids.
    Where something went wrong that is no output, nothing is written.
    """
    right = [outcome for outcome in outcomes if not outcome.failed]
    anything = any(outcome.differs for outcome in right)
    pages: dict[str, dict[Block, str]] = {}
    for outcome in right:
        numbers = {*outcome.differs, *(other_ids(outcome, found.rules) if anything else [])}
        if numbers:
            pages.setdefault(outcome.block.page, {})[outcome.block] = new_text(outcome, numbers)
    texts = {}
    for page, new in pages.items():
        path = found.source / f"{page}.md"
        texts[path] = rewritten(path.read_text(encoding="utf-8"), new)
    for path, text in texts.items():
        temporary = path.with_name(path.name + ".new")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    return [block.place for new in pages.values() for block in new]
