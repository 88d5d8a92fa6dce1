"""What the walk costs against a plain script of the same commands: both on a new cluster of their own (as root).

.venv/bin/python tests/bench/walk.py content/split content/first-job
"""

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from walk.collect import collect  # noqa: E402
from walk.environments import environment_of  # noqa: E402
from walk.model import Edit, edited  # noqa: E402
from walk.session import Session  # noqa: E402
from walk.slurm import AT_ONCE  # noqa: E402

PAGES = ["content/split", "content/first-job", "content/array-jobs"]
# What somebody would write who waits for jobs: all of them, but for those that nobody will ever start.
WAIT = "while squeue --me -h -o %r | grep -qv DependencyNeverSatisfied; do sleep 0.2; done"


def script(blocks) -> str:
    """The commands of the pages as a script."""
    lines = ["cd", "shopt -s expand_aliases"]
    files = {}
    for block in blocks:
        if isinstance(block, Edit):
            name = block.file
            files[name] = edited(files.get(name) or (ROOT / "code" / name).read_text(encoding="utf-8"), block.text)
            lines.append(f"cat >{name} <<'END OF FILE'\n{files[name].rstrip()}\nEND OF FILE")
            continue
        for command in block.commands:
            lines += [] if AT_ONCE.search(command.head) else [WAIT]
            lines += [command.text, f"test $? = {command.exit} || exit"]
    return "\n".join([*lines, WAIT])


def main():
    if os.geteuid() != 0:
        print("walk: not measured, because only root can start a practice cluster")
        return
    site = collect(ROOT, ROOT / "_build/doctrees")
    chosen = sys.argv[1:] or PAGES
    needed = {name for page in chosen for name in site.needed(page)}
    pages = [page.name for page in site.pages if page.name in needed]
    place = environment_of(site)
    with Session(site, place, pages) as session:
        begin = time.perf_counter()
        wrong = [outcome.report() for outcome in session if outcome.wrong]
        ours = time.perf_counter() - begin
    if wrong:
        print("\n".join(["walk: not measured, because it went wrong:", *wrong]))
        return
    blocks = [block for block in site.walked if block.page in pages]
    place = environment_of(site)
    place.start()
    try:
        bundle = ROOT / site.config.walk_bundle
        place.put(bundle.name, bundle.read_bytes())
        place.put("plain.sh", script(blocks).encode())
        shell = place.shell()
        begin = time.perf_counter()
        done = shell.type("bash plain.sh", 3600)
        plain = time.perf_counter() - begin
        shell.close()
    finally:
        place.stop()
    if done.code != 0:
        print("\n".join(["walk: not measured, because the plain script went wrong:", *done.lines[-20:]]))
        return
    print(f"{len(blocks)} blocks of {', '.join(pages)}: walk {ours:.0f} s, plain script {plain:.0f} s, "
          f"ratio {ours / plain:.2f} (at most 1.15)")  # fmt: skip


if __name__ == "__main__":
    main()
