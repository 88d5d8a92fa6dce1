"""Writes what a session got back into the pages: the outputs of transcripts that are not what the pages show."""

import difflib
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from walk.collect import Site
from walk.compare import Match
from walk.errors import WalkError
from walk.model import PROMPT, Block, Transcript
from walk.normalize import ANY, Normalizer, Rule
from walk.session import Outcome

# What means something else on a page than an output: a command, the end of a block, or of one around it.
MEANING = re.compile(rf"{re.escape(PROMPT)}| {{0,3}}(?:```|:::|~{{3,}}\s*$)")
ENDS_A_LINE = {"Cc", "Zl", "Zp"}  # such characters end a line somewhere, or are none that a page can have
ALIKE = 0.5  # how alike two lines are, from 0 to 1, of which one is taken for the other one's successor


def update(site: Site, outcomes: list[Outcome]) -> list[str]:
    """Write new outputs into the pages, all or none; return the locations where that was done.

    As soon as one output is written, all that have other ids are, too: else a page would show one job with two ids.
    Where something went wrong that is no output, nothing is written: WalkError.
    """
    if failed := [outcome.block.location for outcome in outcomes if outcome.failed]:
        raise WalkError(f"nothing is written, because not only outputs are wrong: {', '.join(failed)}")
    if all(match for outcome in outcomes for match in outcome.matches):
        return []
    pages: dict[str, dict[Block, str]] = {}
    for outcome in outcomes:
        if any(match is None or match.renumbered for match in outcome.matches):
            pages.setdefault(outcome.block.page, {})[outcome.block] = new_text(outcome, site.rules)
    files = {page.name: page.file for page in site.pages}
    replace({files[page].resolve(): new for page, new in pages.items()})
    return [block.location for new in pages.values() for block in new]


def replace(pages: dict[Path, dict[Block, str]]) -> None:
    """Write new texts of blocks into files, all or none: WalkError. Each is the old one or the new one at any time."""
    before: dict[Path, bytes] = {}
    with ExitStack() as stack:
        written = {}
        try:
            for path, new in pages.items():
                before[path] = path.read_bytes()
                number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
                os.close(number)
                temporary = Path(name)
                stack.callback(temporary.unlink, missing_ok=True)
                temporary.write_bytes(rewritten(before[path].decode(), new).encode())
                shutil.copymode(path, temporary)
                with suppress(PermissionError):  # the walk may be root's, and the page is not
                    os.chown(temporary, path.stat().st_uid, path.stat().st_gid)
                written[path] = temporary
            for path, temporary in written.items():
                temporary.replace(path)
        except OSError as error:
            for path in written:
                if path.read_bytes() != before[path]:
                    path.write_bytes(before[path])
            raise WalkError(f"nothing is written: {error.filename}: {error.strerror}") from None


def new_text(outcome: Outcome, rules: Sequence[Rule]) -> str:
    """Return the text of a transcript with the outputs of the session; WalkError for one that no page can show."""
    assert isinstance(outcome.block, Transcript)
    lines = []
    for command, result, match in zip(outcome.block.commands, outcome.results, outcome.matches, strict=True):
        lines += f"{PROMPT}{command.text}".split("\n")
        if match and not match.renumbered:
            lines += command.output
            continue
        shown, got = command.shown, result.lines
        if unfit := next(filter(means_something, got), ""):
            said = f"the output has a line that means something else there: {unfit!r}"
            raise WalkError(f"{outcome.block.location}: {said}")
        lines += renumbered(shown, match) if match and ANY in shown else shorten(shown, got, rules)
    return "\n".join(lines)


def means_something(line: str) -> bool:
    """Tell whether a line of output would be something else on a page."""
    return line == ANY or bool(MEANING.match(line)) or any(unicodedata.category(one) in ENDS_A_LINE for one in line)


def renumbered(shown: list[str], match: Match) -> list[str]:
    """Return what was printed for each line that the page shows; what it leaves out stays left out."""
    printed: dict[str, list[str]] = {}
    for line, got in match.pairs:
        printed.setdefault(line.raw, []).append(got.raw)
    return [line if line == ANY else printed[line].pop(0) for line in shown]


def shorten(shown: list[str], got: list[str], rules: Sequence[Rule] = ()) -> list[str]:
    """Return new output without the lines that the page leaves out: each "..." stays between its neighbours."""
    if ANY not in shown:
        return got
    normalizer = Normalizer(rules)
    old, new = ([normalizer.line(line).text for line in lines] for lines in (shown, got))
    found: list[str] = []
    for _, i, end_i, j, end_j in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        found += successors(shown[i:end_i], got[j:end_j])
    return found


def successors(shown: list[str], got: list[str]) -> list[str]:
    """Return the lines that come where the page shows others, some of them left out.

    Before and behind the dots there are as many lines as before. Between two, a line's successor is the one most
    like it; dots stand for what is now between two such lines.
    """
    if ANY not in shown:
        return got
    first, last = shown.index(ANY), len(shown) - 1 - shown[::-1].index(ANY)
    tail = max(len(got) - (len(shown) - 1 - last), min(first, len(got)))
    found, rest = [*got[:first], ANY], got[first:tail]
    for line in shown[first + 1 : last + 1]:
        if line == ANY:
            found += [ANY] if found[-1] != ANY else []
        elif alike := difflib.get_close_matches(line, rest, 1, ALIKE):
            place = rest.index(alike[0])
            found += [ANY, alike[0]] if place and found[-1] != ANY else [alike[0]]
            rest = rest[place + 1 :]
    return [*found, *got[tail:]]


def rewritten(source: str, new: dict[Block, str]) -> str:
    """Return the source of a page with new texts of blocks; what is nested keeps its indentation, a line its end.

    WalkError if the page is not what it was when it was built.
    """
    lines = source.split("\n")
    # From the last to the first: so the lines of those before stay where they are.
    for block, text in sorted(new.items(), key=lambda entry: entry[0].line, reverse=True):
        first, old = block.line - 1, block.text.split("\n")
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        end = "\r" if lines[first].endswith("\r") else ""
        there = [line.removeprefix(indent).rstrip() for line in lines[first : first + len(old)]]
        if there != [line.rstrip() for line in old]:
            raise WalkError(f"{block.location}: the page has changed since it was built")
        lines[first : first + len(old)] = [f"{indent if line else ''}{line}{end}" for line in text.split("\n")]
    return "\n".join(lines)
