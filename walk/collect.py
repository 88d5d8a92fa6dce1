"""Finds every literal block of every page of a built site, and says which kind it is.

Sphinx's doctree is what a learner sees: a block is found in whatever exercise, solution, tab or toggle it is nested,
and whatever fence wrote it.
"""

import pickle
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from docutils import nodes
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from walk.errors import WalkError
from walk.model import KINDS, Block, Difference, Edit, Excerpt, ForShow, Listing, Transcript
from walk.normalize import Rule, rules_of

# Programs that run a file that they are given, or do what it says; any other one may only look at it.
RUNNERS = {
    ".", "apptainer", "awk", "bash", "cmake", "conda", "dash", "docker", "ipython", "java", "julia", "jupyter", "just",
    "ksh", "lua", "make", "mamba", "matlab", "mpiexec", "mpirun", "nextflow", "node", "octave", "papermill", "perl",
    "php", "pip", "podman", "pypy", "pytest", "python", "R", "Rscript", "ruby", "salloc", "sbatch", "sh", "singularity",
    "snakemake", "source", "srun", "uv", "zsh",
}  # fmt: skip
# What stands before a command: variables, words of the shell, and programs that run the one behind them.
BEFORE_A_COMMAND = re.compile(
    r"\s*(?:(?:\w+=\S*|!|\{|do|then|else|elif|if|while|until|command|exec|nohup|sudo|env|time|xargs|watch|nice|timeout"
    r"|stdbuf|-\w*|[\d.]+\w?)\s+)*"
)
NO_LEXER = {"", "default", "guess", "none", "text"}  # names that mean something to Sphinx, not to Pygments

Kind = TypeVar("Kind", bound=Block)


@dataclass(frozen=True)
class Page:
    """A page in a learner's order: its name, its file, and the pages that it says it needs (None: all before it)."""

    name: str
    file: Path
    needs: tuple[str, ...] | None = None


@dataclass
class Site:
    """All pages and blocks of a built site, in a learner's order."""

    source: Path
    config: Any
    pages: list[Page] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    rules: tuple[Rule, ...] = ()  # what may differ in outputs, besides what may on all sites
    problems: dict[Block, list[str]] = field(default_factory=dict)  # what the doctree says is wrong with a block

    def of(self, *kinds: type[Kind]) -> list[Kind]:
        """Return the blocks of exactly these kinds."""
        return [block for block in self.blocks if type(block) in kinds]  # type: ignore[misc]

    @cached_property
    def walked(self) -> list[Transcript | Edit]:
        """Return the blocks that are walked."""
        return self.of(Transcript, Edit)

    def totals(self) -> str:
        """Return how many blocks there are of each kind, for a person."""
        counts = Counter(block.kind for block in self.blocks)
        return ", ".join(f"{kind.kind}: {counts[kind.kind]}" for kind in KINDS)

    def needed(self, name: str) -> list[str]:
        """Return the pages that a learner does before this one, and the page itself."""
        order = [page.name for page in self.pages]
        needs = {page.name: page.needs for page in self.pages}
        found, waiting = set(), [name]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                said = needs[one]
                waiting += order[: order.index(one)] if said is None else said
        return [one for one in order if one in found]

    def errors(self, block: Block) -> list[str]:
        """Return what is wrong with a block before anybody types it, in lines that name its location."""
        found = list(self.problems.get(block, []))
        if not block.kind:
            found.append("a block of no kind: make it a transcript, an included file, or for show")
        if isinstance(block, (Transcript, Edit)) and self._locations[block.location] > 1:
            found.append(f"{self._locations[block.location]} blocks begin here")
        if isinstance(block, Transcript) and block.slurm:
            found += self._not_once(block)
        if isinstance(block, Listing) and (why := self._not_run(block.file)):
            found.append(why)
        shown, allowed = len(self.of(ForShow)), self.config.walk_for_show
        if isinstance(block, ForShow) and shown > allowed:
            found.append(f"one of {shown} blocks for show; walk_for_show allows {allowed}")
        if isinstance(block, ForShow) and shown < allowed:
            found.append(f"only {shown} blocks are for show: lower walk_for_show in conf.py to that")
        return [f"{block.location}: {error}" for error in found]

    def _not_once(self, block: Transcript) -> list[str]:
        """Return on which of the versions that are walked this block and its neighbours are not one block.

        Neighbours have no other walked block between them. So nothing is left out on a version without a block instead.
        """
        neighbours = groupby(self.walked, lambda one: (one.page, isinstance(one, Transcript) and bool(one.slurm)))
        together = next(group for _, one in neighbours if block in (group := list(one)))
        found = []
        for release in self.config.walk_slurm:
            count = sum(release in one.slurm for one in together if isinstance(one, Transcript) and one.slurm)
            if count != 1:
                found.append(f"{count} of {len(together)} blocks here are for Slurm {release}; there must be one")
        return found

    @cached_property
    def _locations(self) -> Counter:
        return Counter(block.location for block in self.walked)

    @cached_property
    def _typed(self) -> list[str]:
        blocks = [block for block in self.of(Transcript) if not block.slurm]  # another one is typed on some walks only
        return [command.bare for block in blocks for command in block.commands]

    def _not_run(self, file: str) -> str:
        """Return why a listing's file is not proven; nothing if a transcript or a test runs it."""
        folder = self.config.walk_code
        if not file.startswith(f"{folder}/"):
            return f"{file} is outside of {folder}/, so no learner gets it"
        if is_run(file.removeprefix(f"{folder}/"), self._typed, self.source / self.config.walk_tests):
            return ""
        return f"no transcript and no test runs {file}"


def collect(source: Path, doctrees: Path) -> Site:
    """Return the site that Sphinx has built; WalkError if it hasn't, or a page was changed since."""
    environment = built(doctrees / "environment.pickle")
    site = Site(source, environment.config)
    try:
        site.rules = rules_of(site.config.walk_rules)
    except ValueError as error:
        raise WalkError(f"conf.py: {error}") from None
    names = order(environment)
    for name in names:
        file, page = doctrees / f"{name}.doctree", Path(environment.doc2path(name))
        doctree = built(file)
        for one in (page, *(source / path for path in environment.dependencies.get(name, ()))):
            if not one.exists():
                raise WalkError(f"the site is not built without {one.name}, which is gone; `make html` makes it")
            if one.stat().st_mtime > file.stat().st_mtime:
                raise WalkError(f"{one.name} was changed after the site was built; `make html` builds it")
        site.pages.append(Page(name, page, needs(name, names, environment.metadata)))
        lines = page.read_text(encoding="utf-8").split("\n")
        for node in doctree.findall(is_literal):
            block = block_of(node, name, lines, source)
            site.blocks.append(block)
            site.problems.setdefault(block, []).extend(problems(node, block, lines))
    return site


def built(file: Path) -> Any:
    """Return what Sphinx wrote into a file; WalkError if it can't be read."""
    try:
        return pickle.loads(file.read_bytes())
    except OSError:
        raise WalkError(f"the site is not built: {file} is missing; `make html` makes it") from None
    except Exception as error:  # a pickle that is not whole, or of other programs, may raise anything
        raise WalkError(f"the site is not built: {file} can't be read ({error!r}); `make html` makes it") from None


def order(environment) -> list[str]:
    """Return the names of all pages: those of the tables of contents in their order, then the rest."""
    found = []

    def add(name: str) -> None:
        if name not in found:
            found.append(name)
            for child in environment.toctree_includes.get(name, []):
                add(child)

    add(environment.config.root_doc)
    for name in sorted(environment.found_docs):
        add(name)
    return found


def needs(name: str, names: list[str], metadata: dict) -> tuple[str, ...] | None:
    """Return the pages that the front matter says are needed; WalkError for one that is no page before this one."""
    said = metadata.get(name, {}).get("needs")
    if said is None:
        return None
    words = tuple(str(said).split())
    for word in words:
        if word not in names[: names.index(name)]:
            raise WalkError(f"{name}.md:1: needs {word}, which is no page before it")
    return words


def is_literal(node: nodes.Node) -> bool:
    """Tell whether a learner sees this node as a block of code."""
    if isinstance(node, nodes.raw):
        return "<pre" in node.astext().lower()
    return isinstance(node, (nodes.literal_block, nodes.doctest_block))


def block_of(node: nodes.Element, page: str, lines: list[str], source: Path) -> Block:
    """Return the block of a node. Sphinx says in `source` which file an included listing shows."""
    text, line = node.astext(), line_of(node, lines)
    if "block" in node:
        return replace(node["block"], page=page, line=line)
    if not node.get("source"):
        return Block(page, line, text)
    if node.get("language") in ("diff", "udiff"):
        return Difference(page, line, text)
    file = Path(source, node["source"])
    name = file.relative_to(source).as_posix() if file.is_relative_to(source) else str(file)
    whole = file.read_text(encoding="utf-8-sig", errors="replace").strip("\n") == text.strip("\n")
    return (Listing if whole else Excerpt)(page, line, text, name)


def line_of(node: nodes.Element, lines: list[str]) -> int:
    """Return the line of the source with the block's first line of text; of what is included, its fence.

    Lines count from 1.
    """
    fence = node.line or 1  # some directives do not say it
    if node.get("source"):
        return fence
    first = node.astext().split("\n")[0].strip()
    return next((number for number in range(fence, len(lines) + 1) if lines[number - 1].strip() == first), fence)


def problems(node: nodes.Element, block: Block, lines: list[str]) -> list[str]:
    """Return what is wrong with a block that only its node shows."""
    found = []
    first = block.text.split("\n")[0].strip()
    if isinstance(block, (Transcript, Edit)) and lines[block.line - 1].strip() != first:
        found.append("the page does not have these lines; type them there, not in a file it includes")
    language = node.get("language", "")
    if language not in NO_LEXER:
        try:
            get_lexer_by_name(language)
        except ClassNotFound:
            found.append(f"nobody knows the language {language!r}")
    return found


def is_run(file: str, typed: list[str], tests: Path) -> bool:
    """Tell whether one of these bare commands runs the file, or a test in the folder that mirrors its own."""
    word = re.compile(rf"(?<![\w./-])(?:\./)?{re.escape(file)}(?![\w./-])")
    if any(runs(part, word) for command in typed for part in re.split(r"[;&|()`\n]", command)):
        return True
    name, folder = Path(file), tests / Path(file).parent
    if (folder / f"test_{name.stem}.py").exists():
        return True
    word = re.compile(rf"(?<![\w.-]){re.escape(name.name)}(?![\w.-])")
    return any(word.search(test.read_text(encoding="utf-8")) for test in sorted(folder.glob("test_*.py")))


def runs(command: str, file: re.Pattern) -> bool:
    """Tell whether a command without others behind it is the file, or gives it to a program that runs files."""
    command = BEFORE_A_COMMAND.sub("", command, count=1)
    program = re.sub(r"[\d.]+$", "", PurePosixPath(command.split(maxsplit=1)[0]).name) if command.strip() else ""
    return bool(file.match(command) or (program in RUNNERS and file.search(command)))
