"""The mutants: small breakages of the lesson, each of which must turn a check red that names the right page."""

import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]

BUILD, BLOCKS, WALK = "build", "blocks", "walk"

# What an author breaks. Each of these has at least one mutant.
KINDS = (
    "a value", "a file name", "an option", "an order of options", "an off-by-one in a range", "a swapped pair",
    "a removed mkdir", "a renamed image", "a wrong recorded output", "a wrong exit code", "a deleted file",
    "a command that is gone", "a job that fails silently", "an option after the script's name", "a wrong job state",
    "needs removed", "an unknown option of a directive", "for show without a reason", "a plain fence", "a wrong edit",
    "an off-by-one of an index", "a changed --array", "set -euo pipefail removed", '"$@" is "$1"', "a wrong log name",
    "a table transposed", "a checker that is always content", "a typed number", "a marker that is gone",
    "a step that changed nothing", "a wrong link", "a block taken out of the walk",
)  # fmt: skip


class Unfit(Exception):
    """A mutant that can't be applied, in one line."""


@dataclass(frozen=True)
class Mutant:
    """One change of one file, the page that must be named, and the check that must be red."""

    name: str  # a sentence
    kind: str
    file: str  # from the repository's root
    page: str  # as "content/collect"
    check: str  # build, blocks, walk, or the path of a test file
    old: str = ""
    new: str = ""
    delete: bool = False

    @contextmanager
    def applied(self, root: Path):
        """Change the file below this folder, and put it back afterwards; Unfit if it isn't what it was."""
        if problem := self.problem(root):
            raise Unfit(problem)
        path = root / self.file
        content, mode = path.read_bytes(), path.stat().st_mode
        if self.delete:
            path.unlink()
        else:
            path.write_text(content.decode().replace(self.old, self.new), encoding="utf-8")
        try:
            yield
        finally:
            path.write_bytes(content)
            path.chmod(mode)

    def problem(self, root: Path) -> str:
        """What keeps the mutant from being applied; nothing if it fits."""
        path = root / self.file
        if not path.is_file():
            return f"{self.name}: there is no file {self.file}"
        if not (root / f"{self.page}.md").is_file():
            return f"{self.name}: there is no page {self.page}"
        if self.check not in (BUILD, BLOCKS, WALK) and not is_test(root, self.check):
            return f"{self.name}: there is no check {self.check}"
        if self.delete:
            return f"{self.name}: it deletes, and has an old text" if self.old or self.new else ""
        count = path.read_text(encoding="utf-8").count(self.old) if self.old else 0
        if count != 1:
            return f"{self.name}: the old text is {count} times in {self.file}, not once"
        return f"{self.name}: it changes nothing" if self.old == self.new else ""


def is_test(root: Path, check: str) -> bool:
    """Is the check a test file?"""
    return check.startswith("tests/") and check.endswith(".py") and (root / check).is_file()


def read(folder: Path = FOLDER) -> list[Mutant]:
    """All mutants; Unfit if a file can't be read, or a mutant has a key that there isn't, or lacks one."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
        except (OSError, ValueError) as error:
            raise Unfit(f"{path}: {error}") from None
        for entry in entries:
            try:
                found.append(Mutant(**entry))
            except TypeError as error:
                raise Unfit(f"{path.name}: {entry.get('name', entry)}: {error}") from None
    return found


def choose(mutants: list[Mutant], names: list[str], sample: int | None = None) -> list[Mutant]:
    """The mutants whose name, page or check has one of these words in it, and so many of them, evenly spread."""
    for word in names:
        if not any(matches(mutant, word) for mutant in mutants):
            raise Unfit(f"no mutant has the name, the page or the check {word!r}")
    chosen = [mutant for mutant in mutants if not names or any(matches(mutant, word) for word in names)]
    if sample is None or sample >= len(chosen):
        return chosen
    return [chosen[number * len(chosen) // sample] for number in range(sample)]


def matches(mutant: Mutant, word: str) -> bool:
    """Is the mutant meant by this word?"""
    return word in mutant.name or word in (mutant.page, mutant.check)
