"""Records how each step of a script differs from the step before it: `make steps`, which is this file.

What is recorded is what a page teaches in that step. Line numbers, context and indentation are left out, so a mend that
is made in every step alike changes nothing here.
"""

import difflib
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RECORDED = Path(__file__).parent / "steps"


def configuration() -> dict:
    """What conf.py sets."""
    return runpy.run_path(str(ROOT / "conf.py"))


def difference(old: str, new: str) -> str:
    """The lines that come and go between two texts, one block a place."""
    before, after = ([line.strip() for line in text.splitlines()] for text in (old, new))
    lines = difflib.unified_diff(before, after, n=0, lineterm="")
    blocks = ["" if line.startswith("@@") else line for line in list(lines)[2:]]
    return "\n".join(blocks[1:]) + "\n"


def differences() -> dict[str, str]:
    """For each step what its recording should say."""
    conf = configuration()
    code = ROOT / conf["listing_root"]
    return {
        step: f"# {step}\n# follows {before}\n\n"
        + difference((code / before).read_text(encoding="utf-8"), (code / step).read_text(encoding="utf-8"))
        for step, before in conf["listing_steps"].items()
    }


def recording(step: str) -> Path:
    """The file of a step's recording."""
    return RECORDED / f"{step}.diff"


def chain(step: str, steps: dict[str, str]) -> list[str]:
    """All steps that begin where this one does, in the order of `steps`: a mend in one may be due in each."""

    def first(name):
        return first(steps[name]) if name in steps else name

    names = dict.fromkeys([name for pair in steps.items() for name in reversed(pair)])
    return [name for name in names if first(name) == first(step)]


def main() -> None:
    """Writes all recordings and removes those of steps that are gone."""
    wanted = {recording(step): text for step, text in differences().items()}
    for path in RECORDED.rglob("*.diff"):
        if path not in wanted:
            path.unlink()
            print(f"removed {path.relative_to(ROOT)}")
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"recorded {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
