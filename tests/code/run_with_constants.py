"""Run a script as the main program with other values for constants at its top: NAME=VALUE ... -- SCRIPT ARGUMENTS.

So a test shortens the work and the file stays as learners get it.
"""

import ast
import sys
from pathlib import Path


def program(script, constants):
    """Return the compiled program of a script, with the constants {name: source text of its value} replaced."""
    left = dict(constants)
    tree = ast.parse(Path(script).read_bytes(), str(script))
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            value = left.pop(statement.targets[0].id, None)
            if value is not None:
                new = ast.parse(value, mode="eval").body
                for node in ast.walk(new):
                    ast.copy_location(node, statement.value)
                statement.value = new
    if left:
        sys.exit(f"{script} has no constant {', '.join(left)}")
    return compile(tree, str(script), "exec")


def main():
    end = sys.argv.index("--")
    constants = dict(option.split("=", 1) for option in sys.argv[1:end])
    script = sys.argv[end + 1]
    code = program(script, constants)
    sys.argv = sys.argv[end + 1 :]
    sys.path[0] = str(Path(script).parent)
    exec(code, sys.modules["__main__"].__dict__)


if __name__ == "__main__":
    main()
