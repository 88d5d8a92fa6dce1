"""The pytest plugin that is the one way into the walk: each block of each page of a Sphinx site is an item.

    python -m pytest -p walk.plugin --walk index.md content
    python -m pytest -p walk.plugin --walk --collect-only -q index.md content
    python -m pytest -p walk.plugin --walk --update-outputs

The site is the folder where pytest is (its rootdir), as Sphinx has built it. Items in the order of a learner share one
session; what a page needs is typed before it. Without a cluster, only what needs none is proven:
`-m "not cluster"`.
"""

from pathlib import Path

import pytest

from walk import interrupt
from walk.collect import Site, collect
from walk.environments import environment_of
from walk.errors import WalkError, told
from walk.model import Block, Edit, Transcript
from walk.session import Outcome, Session
from walk.update import update

SITE = pytest.StashKey[Site]()
SESSION = pytest.StashKey[Session]()
NO_SESSION = pytest.StashKey[WalkError]()  # why none can begin
SUMMARY = pytest.StashKey[list[str]]()
NEEDS_A_CLUSTER = ("cluster", "engine", "slow")  # the marks of what is typed, where the site has a cluster


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the walk."""
    group = parser.getgroup("walk", "types the pages of a Sphinx site as a learner does")
    group.addoption("--walk", action="store_true", help="collect the blocks of the pages that are given")
    group.addoption("--update-outputs", action="store_true", help="write what came out into the pages; all are walked")
    group.addoption(
        "--doctrees", default="_build/doctrees", help="where Sphinx has written them; by default %(default)s"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Read the site; one line says why that can't be."""
    for mark in NEEDS_A_CLUSTER:
        config.addinivalue_line("markers", f"{mark}: of the walk: types the page on a practice cluster")
    if not config.option.walk:
        if config.option.update_outputs:
            raise pytest.UsageError("--update-outputs writes what a walk got: add --walk")
        return
    if not hasattr(config, "workerinput"):
        interrupt.once()
    if config.option.update_outputs and getattr(config.option, "numprocesses", None):
        raise pytest.UsageError("--update-outputs needs one process: leave out -n")
    try:
        config.stash[SITE] = collect(config.rootpath, config.rootpath / config.option.doctrees)
    except WalkError as wrong:
        raise pytest.UsageError(str(wrong)) from None
    config.stash[SUMMARY] = [config.stash[SITE].totals()]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the blocks of a page of the site."""
    site = parent.config.stash.get(SITE, None)
    page = next((page for page in site.pages if page.file == file_path), None) if site else None
    return PageFile.from_parent(parent, path=file_path, page=page.name) if page else None


class PageFile(pytest.File):
    """A page of the site."""

    def __init__(self, *, page: str, **options):
        super().__init__(**options)
        self.page = page

    def collect(self):
        """Yield an item for each block."""
        site = self.config.stash[SITE]
        for block in site.blocks:
            if block.page == self.page:
                name = f"{block.line} {block.kind or 'no kind'}"
                yield BlockItem.from_parent(self, name=name, block=block)


class BlockItem(pytest.Item):
    """A block of a page."""

    def __init__(self, *, block: Block, **options):
        super().__init__(**options)
        self.block = block
        if self.config.stash[SITE].config.walk_cluster and isinstance(block, (Transcript, Edit)):
            for mark in NEEDS_A_CLUSTER:
                self.add_marker(mark)

    def runtest(self) -> None:
        """Look at the block, and walk up to it if it is one that is walked; WalkError if something is wrong."""
        wrong = self.config.stash[SITE].errors(self.block)
        outcomes = session_of(self).up_to(self.block) if isinstance(self.block, (Transcript, Edit)) else []
        wrong += [outcome.report() for outcome in outcomes if self.is_wrong(outcome)]
        if wrong:
            raise WalkError("\n\n".join(wrong))
        if outcomes and outcomes[-1].skipped:
            pytest.skip(outcomes[-1].skipped)

    def is_wrong(self, outcome: Outcome) -> bool:
        """Tell whether an outcome is wrong; outputs that are written into the page are not."""
        return outcome.failed if self.config.option.update_outputs else bool(outcome.wrong)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_options):
        """Return the words of an error that is meant for a person; any other one with its traceback."""
        if isinstance(excinfo.value, WalkError):
            return told(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the block is, and its name: the line is counted from 0."""
        return self.path, self.block.line - 1, f"{self.block.location} {self.block.summary}".rstrip()


def session_of(item: pytest.Item) -> Session:
    """Return the session of this run, which the first item begins; WalkError if it can't begin."""
    stash = item.config.stash
    if NO_SESSION in stash:
        raise stash[NO_SESSION]
    if SESSION not in stash:
        try:
            stash[SESSION] = begun(item)
        except WalkError as wrong:
            stash[NO_SESSION] = wrong
            raise
    return stash[SESSION]


def begun(item: pytest.Item) -> Session:
    """Begin the session of this run, or of this worker's part of it."""
    site = item.config.stash[SITE]
    blocks = {other.block for other in item.session.items if isinstance(other, BlockItem)}
    if item.config.option.update_outputs and not blocks.issuperset(site.walked):
        raise WalkError("--update-outputs walks all blocks of all pages: without some, jobs would have other ids")
    return Session(site, environment_of(site)).__enter__()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the blocks into the order of a learner; all other items stay where they are."""
    if SITE in config.stash:
        order = {id(block): number for number, block in enumerate(config.stash[SITE].blocks)}
        places = [place for place, item in enumerate(items) if isinstance(item, BlockItem)]
        blocks = sorted((item for item in items if isinstance(item, BlockItem)), key=lambda item: order[id(item.block)])
        for place, item in zip(places, blocks, strict=True):
            items[place] = item


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the session after its last item, and write what came out, if that was asked for."""
    if SESSION not in item.config.stash or isinstance(nextitem, BlockItem):
        return
    outcomes = item.config.stash[SESSION].outcomes
    try:
        end_session(item.config)
        if item.config.option.update_outputs:
            written = update(item.config.stash[SITE], outcomes)
            item.config.stash[SUMMARY] += [f"recorded: {location}" for location in written] or ["nothing has changed"]
    except WalkError as wrong:
        pytest.fail(told(wrong), pytrace=False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the session of a run that was interrupted, or ended at its first failure."""
    try:
        end_session(session.config)
    except WalkError as wrong:
        session.config.stash[SUMMARY] += told(wrong).split("\n")
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR


def end_session(config: pytest.Config) -> None:
    """End the session, if there is one; WalkError if something is left."""
    if SESSION in config.stash:
        session = config.stash[SESSION]
        del config.stash[SESSION]
        session.__exit__(None, None, None)


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    """Print how many blocks there are of each kind, and what was written."""
    for line in config.stash.get(SUMMARY, []):
        terminalreporter.write_line(line)
