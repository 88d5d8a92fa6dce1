"""Count the files of this Python's environment that are opened by an import."""

import importlib
import sys

opened = set()


def count(event, arguments):
    """Remember each file of the environment that is opened."""
    if event == "open" and str(arguments[0]).startswith(sys.prefix):
        opened.add(arguments[0])


if len(sys.argv) < 2:
    sys.exit("which modules shall be imported?")
sys.addaudithook(count)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(f"{len(opened)} files were opened")
