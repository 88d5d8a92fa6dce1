"""The command line: python -m walk inventory | pages [PAGE] | outputs, in a folder with a built site."""

import argparse
import sys
import time
from pathlib import Path

from walk import interrupt, inventory, places, record
from walk.errors import Wrong, told
from walk.journey import Journey, Outcome


def main() -> int:
    parser = argparse.ArgumentParser(prog="walk", description="Types the pages of a site as a reader does.")
    parser.add_argument("what", choices=["inventory", "pages", "outputs"])
    parser.add_argument("page", nargs="?", help="walk what this page needs, then the page")
    parser.add_argument("--source", type=Path, default=Path("."), help="the folder of conf.py")
    parser.add_argument("--doctrees", type=Path, help="of the built site; by default _build/doctrees in its folder")
    args = parser.parse_args()
    if args.what == "outputs" and args.page:
        parser.error("outputs walks all pages: on one page alone, jobs would have other ids")
    sys.path.insert(0, str(args.source))
    found = inventory.read(args.source.resolve(), args.doctrees or args.source / "_build/doctrees")
    if found.errors:
        raise Wrong("\n".join(["not all blocks of the pages are proven:", *found.errors]))
    if args.what == "inventory":
        print(inventory.table(found))
        return 0
    outcomes = list(walk(found, args.page))
    wrong = [outcome for outcome in outcomes if outcome.wrong]
    if args.what == "outputs":
        written = record.write(found, outcomes)
        written += [found.config.walk_totals] if record.write_totals(found) else []
        print("\n".join(f"recorded: {place}" for place in written) or "nothing has changed")
        wrong = [outcome for outcome in wrong if outcome.failed]
    print(f"{len(outcomes)} blocks, {len(wrong)} wrong, {sum(outcome.seconds for outcome in outcomes):.0f} s")
    return 1 if wrong else 0


def walk(found: inventory.Inventory, page: str | None):
    """Walk the pages, and say what became of each block."""
    pages = found.needed(page) if page else None
    begin = time.monotonic()
    with Journey(found, places.of(found), pages) as journey:
        print(f"started after {time.monotonic() - begin:.1f} s", flush=True)
        for outcome in journey:
            show(outcome)
            yield outcome


def show(outcome: Outcome) -> None:
    """One line for what is right; all there is to say about what is wrong."""
    print(f"{'WRONG' if outcome.wrong else 'ok':5} {outcome.block.place}  {outcome.seconds:.1f} s", flush=True)
    if outcome.wrong:
        print(f"{outcome.report()}\n", flush=True)


if __name__ == "__main__":
    interrupt.once()
    try:
        sys.exit(main())
    except Wrong as wrong:
        print(told(wrong), file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt as interrupted:
        print(told(interrupted, "interrupted"), file=sys.stderr)
        sys.exit(130)
