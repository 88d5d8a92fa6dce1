"""Finds where the classes and functions of a Python file stand, and how often each is defined."""

import ast
from collections import defaultdict
from pathlib import Path

DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def objects(file: Path) -> dict[str, list[range]]:
    """Return the lines of each definition, decorators included, by its name with dots, as in `Picture.png`.

    What is defined in a function has no name outside of it. OSError for a file that can't be read; SyntaxError or
    ValueError for one that is no Python.
    """
    found = defaultdict(list)

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, DEFINITIONS):
                visit(child, prefix)
                continue
            first = min(part.lineno for part in [child, *child.decorator_list])
            found[prefix + child.name].append(range(first, (child.end_lineno or first) + 1))
            if isinstance(child, ast.ClassDef):
                visit(child, f"{prefix}{child.name}.")

    visit(ast.parse(file.read_bytes()), "")
    return dict(found)
