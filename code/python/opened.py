"""Count the files of this Python's environment that are opened by an import."""

import importlib
import sys

if len(sys.argv) < 2:
    sys.exit("which modules shall be imported?")
events = []
sys.addaudithook(lambda event, arguments: events.append((event, arguments)))
for name in sys.argv[1:]:
    importlib.import_module(name)
paths = {str(arguments[0]) for event, arguments in events if event == "open"}
opened = [path for path in paths if path.startswith(sys.prefix)]
print(f"{len(opened)} files were opened")
