"""Run a script as the main program with other values for constants at its top: NAME=VALUE ... -- SCRIPT ARGUMENTS.

So a test shortens the work and the file stays as learners get it.
"""

import ast
import sys
from pathlib import Path


def main():
    end = sys.argv.index("--")
    constants = dict(option.split("=", 1) for option in sys.argv[1:end])
    script = sys.argv[end + 1]
    tree = ast.parse(Path(script).read_bytes(), script)
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            value = constants.pop(statement.targets[0].id, None)
            if value is not None:
                new = ast.parse(value, mode="eval").body
                for node in ast.walk(new):
                    ast.copy_location(node, statement.value)
                statement.value = new
    if constants:
        sys.exit(f"{script} has no constant {', '.join(constants)}")
    sys.argv = sys.argv[end + 1 :]
    sys.path[0] = str(Path(script).parent)
    exec(compile(tree, script, "exec"), sys.modules["__main__"].__dict__)


main()
