"""Walks pages again and again from where a healthy reader was: home, shell, jobs and accounting are put back.

One cluster and one healthy reader do for all mutants. A mutant begins at the first block that it changes: what is
before it is the same with and without the mutant.
"""

import copy
import io
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalogue import Mutant
from checks import DOCTREES, build

from cluster import ClusterError, namespace, state
from extensions.blocks import Block, commands
from walk import inventory, places
from walk.errors import Wrong
from walk.inventory import EDIT, TRANSCRIPT, Inventory
from walk.journey import Journey, at_machine
from walk.slurm import AT_ONCE

STATE = "/var/tmp/reader"  # inside of the cluster
# Large, and no mutant changes them: they stay where they are.
STAYS = ("env", "knn.sif")
FORGET = """
delete steps from lesson_step_table steps join lesson_job_table jobs using (job_db_inx) where jobs.id_job > {last};
delete from lesson_job_table where id_job > {last};
select count(*) from lesson_job_table where id_job > {last};
"""
MINUTES = 600  # seconds that jobs of a mutant may take to end


class Part(Journey):
    """A journey through some blocks, that goes on with the ids of another one."""

    def __init__(self, found: Inventory, place, blocks: list[Block], ids=None):
        super().__init__(found, place, [])
        self._blocks = blocks
        self._ids = ids or self._ids

    def __enter__(self) -> "Part":
        super().__enter__()
        try:
            self._jobs().disregard()  # the jobs of the mutants before, which the accounting has forgotten
            self._told |= {job for job, _, _ in self._jobs().failed()}  # what was before the part is not its own
        except BaseException as error:
            self.__exit__(None, error, None)
            raise
        return self

    def state(self, folder: str) -> "State":
        """Wait for the end of all jobs, and keep what the reader has."""
        self._jobs().wait("true", MINUTES)
        return State(self._place, self._reader(), folder, copy.deepcopy(self._ids))

    def skip(self, blocks: list[Block]) -> None:
        """Leave out blocks that were not reached yet."""
        for block in blocks:
            self._blocks.remove(block)  # the walk takes the next one from this list

    def look_again(self) -> None:
        """Go to the folder that has the same name: it may have been made anew. What was forgotten stays so."""
        self._reader().type('cd "$PWD"', 60)
        self._jobs().disregard()

    def end_jobs(self, last: int) -> None:
        """End all jobs with a higher id, and wait for it."""
        self._jobs().end_all(last)
        self._jobs().wait("sbatch", MINUTES)  # from now on there may be jobs whose end nobody has waited for
        self._jobs().wait("true", MINUTES)


class State:
    """What the reader has at one moment: the home, the shell, and the jobs; a place to walk from."""

    has_slurm = True

    def __init__(self, place, shell, folder: str, ids):
        self.home, self.name, self._place, self._folder, self.ids = place.home, place.name, place, folder, ids
        self._type(
            shell,
            f"mkdir -p {STATE}; {{ alias; declare -f; "
            "for _walk_name in $(compgen -v | grep -vE '^(_.*|BASH.*|DIRSTACK|FUNCNAME|GROUPS|PIPESTATUS)$'); do "
            "[[ ${!_walk_name@a} = *r* ]] || declare -p $_walk_name; done; "
            f"printf 'cd %q\\n' \"$PWD\"; }} >{STATE}/shell 2>/dev/null; true",
        )
        excluded = " ".join(f"--exclude=./{folder}/{name}" for name in STAYS)
        self._root(f"cd {self.home} && tar -c {excluded} --exclude='./.*' -f {STATE}.tar .")
        stay = self._root(f"cd {self.home}/{folder} 2>/dev/null && ls -d {' '.join(STAYS)} 2>/dev/null; true")
        self._stays = stay.split()
        self.last = int(self._sql("select coalesce(max(id_job), 0) from lesson_job_table"))
        self.changes: dict[str, bytes | None] = {}  # the reader's files that a mutant changes; None: deletes
        self.bundle = b""

    def put_back(self) -> None:
        """Make the home what it was, and forget the jobs since."""
        keep = " ".join(f"! -name {name}" for name in self._stays)
        inner = f"find {self._folder} -mindepth 1 -maxdepth 1 {keep} -exec rm -rf {{}} +"
        done = self._root(
            f"cd {self.home} && find . -mindepth 1 -maxdepth 1 ! -name '.*' ! -name {self._folder} -exec rm -rf {{}} + "
            f"&& if [ -d {self._folder} ]; then {inner}; rmdir --ignore-fail-on-non-empty {self._folder}; fi "
            f"&& tar -x -p -f {STATE}.tar && echo done"
        )
        if done != "done":
            raise Wrong("the reader's home is not put back")
        if self._sql(FORGET.format(last=self.last)) != "0":
            raise Wrong("the accounting still has jobs of the last mutant")

    def start(self) -> None:
        """Give the reader the files of a mutant."""
        for name, content in self.changes.items():
            if content is None:
                self._root(f"rm -f {self.home}/{name}")
            elif not self._root(f"test -e {self.home}/{name} || echo absent"):
                self._place.put(name, content)

    def shell(self):
        """A new shell that knows what the old one knew."""
        shell = self._place.shell()
        self._type(shell, f". {STATE}/shell")
        return shell

    def put(self, name: str, content: bytes) -> None:
        """Give the reader the download of the mutant, not that of the copy, which is whole again."""
        self._place.put(name, self.bundle or content)

    def stop(self) -> None:
        """Nothing: the healthy reader goes on."""

    @staticmethod
    def _type(shell, text: str) -> None:
        result = shell.type(text, 60)
        if result.code:
            raise Wrong("\n".join(["the reader's shell is not put back:", *result.lines]))

    def _sql(self, text: str) -> str:
        return self._enter("mariadb", "-N", "-B", "slurm_acct", "-e", text).strip()

    def _root(self, text: str) -> str:
        return self._enter("bash", "-c", text).strip()

    def _enter(self, *command: str) -> str:
        """Run a command as root inside of the cluster."""
        return self._place.enter(*command)


@dataclass
class Plan:
    """A mutant, what was built of it, and where its walk begins."""

    mutant: Mutant
    found: Inventory
    blocks: list[Block]
    start: tuple[int, int]  # the page whose blocks come next for the healthy reader, and the number of the next one
    changes: dict[str, bytes | None] = field(default_factory=dict)
    bundle: bytes = b""
    seconds: float = 0.0  # that the build took


class Healthy:
    """The site without a mutant: its blocks, page by page, and what a reader downloads."""

    def __init__(self, source: Path):
        self.source = source
        self.found = inventory.read(source, source / DOCTREES)
        self.order = [page.name for page in self.found.pages]
        self.files = unpacked(self.bundle())

    def bundle(self) -> bytes:
        """What a reader downloads now."""
        return (self.source / self.found.config.walk_bundle).read_bytes()


def typed(found: Inventory, page: str) -> list[Block]:
    """The blocks of a page that are walked."""
    return [block for block in found.of(TRANSCRIPT, EDIT) if block.page == page]


def unpacked(bundle: bytes) -> dict[str, bytes]:
    """The files of a zip file by name."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@contextmanager
def broken(mutant: Mutant, source: Path):
    """The copy with the mutant in it; whole again afterwards."""
    path = source / mutant.file
    content, mode = path.read_bytes(), path.stat().st_mode
    mutant.apply(source)
    try:
        yield
    finally:
        path.write_bytes(content)
        path.chmod(mode)


def plan(healthy: Healthy, mutant: Mutant) -> Plan | str:
    """Build the site with a mutant; what is red already before the walk, if anything is."""
    begin = time.monotonic()
    with broken(mutant, healthy.source):
        if said := build(healthy.source):
            return said
        found = inventory.read(healthy.source, healthy.source / DOCTREES)
        if found.errors:
            return "\n".join(found.errors)
        bundle = healthy.bundle()
    new = unpacked(bundle)
    changes = {name: new.get(name) for name in new | healthy.files if new.get(name) != healthy.files.get(name)}
    first = start_of(healthy, found, mutant)
    blocks = typed(found, mutant.page)[first[1] if first[0] == healthy.order.index(mutant.page) else 0 :]
    return Plan(mutant, found, blocks, first, changes, bundle, time.monotonic() - begin)


def start_of(healthy: Healthy, found: Inventory, mutant: Mutant) -> tuple[int, int]:
    """Where a mutant's walk leaves the healthy one: (number of the page, number of the block).

    If the mutant says that its page needs less than it does, that is after the last page it needs. Else it is at the
    first block that the mutant changes, or that names the file that it changes: a later start can only make us miss
    something. There the reader must wait for jobs anyway, because jobs that run can't be put back.
    """
    page = healthy.order.index(mutant.page)
    needed = found.needed(mutant.page)
    if needed != healthy.found.needed(mutant.page):
        before = [healthy.order.index(name) for name in needed[:-1]]
        return (max(before) + 1 if before else 0, 0)
    old, new = typed(healthy.found, mutant.page), typed(found, mutant.page)
    if mutant.file == f"{mutant.page}.md":
        same = [(a.text, a.options) == (b.text, b.options) for a, b in zip(old, new, strict=False)]
        first = same.index(False) if False in same else len(same)
    else:
        name = mutant.file.removeprefix(f"{healthy.found.config.listing_root}/")
        first = next((number for number, block in enumerate(new) if name in block.text), 0)
    return (page, max(number for number in range(min(first, len(old) - 1) + 1) if number == 0 or rests(old[number])))


def rests(block: Block) -> bool:
    """Does the reader wait for all jobs before this block?"""
    if block.kind != TRANSCRIPT or block.options["output"] != "compared" or at_machine(block):
        return False
    return not AT_ONCE.search(commands(block.text)[0].text)


def route(healthy: Healthy, plans: list[Plan]) -> list[str]:
    """The pages that the healthy reader walks, in order."""
    found = {name for one in plans for name in healthy.found.needed(one.mutant.page)}
    return [name for name in healthy.order if name in found]


def walk(healthy: Healthy, plans: list[Plan]) -> Iterator[tuple[Mutant, str, float]]:
    """Walk all mutants on one cluster; give each with what is red, and the seconds. Wrong if a healthy block is red."""
    pages = route(healthy, plans)
    needed = {name for page in pages for name in healthy.found.needed(page)[:-1]}
    waiting = sorted(plans, key=lambda one: one.start)
    folder = next(iter(healthy.files)).partition("/")[0]
    place = place_of(healthy.found)
    blocks = [block for name in pages for block in typed(healthy.found, name)]
    reached = dict.fromkeys(pages, -1)  # the last block of each page at which a mutant was found
    if said := build(healthy.source):  # it was left as the last mutant had it
        raise Wrong(f"without a mutant, this is red:\n{said}")
    with Part(healthy.found, place, blocks) as reader:
        for name in pages:
            here, own = healthy.order.index(name), typed(healthy.found, name)
            begin, spent, tried = time.monotonic(), 0.0, False
            for number in range(len(own) + 1):
                now = time.monotonic()
                while waiting and waiting[0].start <= (here, number):
                    one = waiting.pop(0)
                    if not tried and number < len(own):
                        unchanged(reader, healthy, own[number], folder)
                        tried = True
                    said, steps, seconds = walk_one(reader, healthy, one, folder)
                    page, skipped = one.mutant.page, number if one.mutant.page == name else 0
                    reached[page] = max(reached[page], skipped + steps)
                    yield one.mutant, said, seconds + one.seconds
                spent += time.monotonic() - now
                # A page that no other one needs is proven as far as mutants went.
                more = any(one.start[0] == here for one in waiting)
                over = name not in needed and number > reached[name] and not more
                if number == len(own) or over:
                    reader.skip(own[number:])
                    break
                outcome = reader.outcome(own[number])
                if outcome.wrong:
                    raise Wrong(f"without a mutant, this is wrong:\n{outcome.report()}")
            seconds = time.monotonic() - begin - spent
            if own:
                print(f"control   {seconds:6.1f} s  {name}: {number} of {len(own)} blocks are right", flush=True)


def unchanged(reader: Part, healthy: Healthy, block: Block, folder: str) -> None:
    """Wrong if a block without a mutant is red where mutants begin: then what was put back is not what was there."""
    state = reader.state(folder)
    said, _ = walk_from(reader, state, Part(healthy.found, state, [block], state.ids))
    if said:
        raise Wrong(f"without a mutant, this is wrong as soon as the reader is put back:\n{said}")


def walk_one(reader: Part, healthy: Healthy, one: Plan, folder: str) -> tuple[str, int, float]:
    """Walk a mutant; return what is wrong at the first block where something is, its number, and the seconds."""
    state, begin = reader.state(folder), time.monotonic()
    state.changes, state.bundle = one.changes, one.bundle
    with broken(one.mutant, healthy.source):
        said, number = walk_from(reader, state, Part(one.found, state, one.blocks, state.ids))
    return said, number, time.monotonic() - begin


def walk_from(reader: Part, state: State, part: Part) -> tuple[str, int]:
    """Walk a part, and put back what the reader had; return what is wrong first, and at which block."""
    number = 0
    try:
        with part as journey:
            try:
                for number, outcome in enumerate(journey):
                    if outcome.wrong:
                        return outcome.report(), number
            finally:
                journey.end_jobs(state.last)
    finally:
        state.put_back()
        reader.look_again()
    return "", number


def place_of(found: Inventory):
    """The place of a walk, which root may enter too."""

    def enter(*command: str) -> str:
        """Run a command as root in the cluster, which the walk has started."""
        known = state.last(place.name)
        assert known is not None
        try:
            return namespace.enter(known, list(command)).stdout
        except ClusterError as error:
            raise Wrong(str(error)) from None

    place: Any = places.of(found)
    place.enter = enter
    return place
