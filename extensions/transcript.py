"""Shows what is typed in a terminal and what comes out; somebody types it and compares.

    ```{transcript}
    :exit: 0 1
    :limit: 60
    :output: shown
    :folder: jupyter
    :where: machine
    $ ls params.csv
    params.csv
    $ ls nowhere
    ls: cannot access 'nowhere': No such file or directory
    ```

- `exit`: the exit codes of the commands, or the one of the last command; 0 otherwise.
- `limit`: how many seconds the block may take, with the jobs that it waits for.
- `output`: `compared`, which is the rule, or only `shown` or left out: it differs from run to run in all it says.
- `folder`: where it is typed, from the folder where the reader is and stays.
- `where`: `home`, which is the rule, or `machine`: on the machine that runs the cluster, in the folder of the site's
  source, in a shell of its own that stays through the page.

What the reader changes in a file is an `edit`: lines that go begin with -, lines that come with +, others with a blank.
`result` names the file of the site that comes out.

    ```{edit} python/long_code.py
    :result: code/python/short_code.py
    -SECONDS = 60
    +SECONDS = 0
    ```

A block that nobody types is `for-show`, and says why:

    ```{for-show} python
    :reason: how most people write a result, and what is wrong with it
    ```
"""

import re
from pathlib import PurePosixPath
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.directives.code import CodeBlock

from extensions.blocks import commands, hunks

LIMIT = 600  # seconds: no block takes that long, unless it hangs


def codes(argument: str | None) -> list[int]:
    """The exit codes of an option; ValueError for what is none."""
    found = [directives.nonnegative_int(word) for word in (argument or "").split()]
    if not found or max(found) > 255:
        raise ValueError("exit codes are numbers from 0 to 255")
    return found


def seconds(argument: str | None) -> int:
    """The time limit of an option; ValueError for what is none."""
    found = directives.nonnegative_int(argument or "")
    if found < 1:
        raise ValueError("a limit is at least one second")
    return found


def output(argument: str) -> str:
    """What becomes of the output; ValueError for anything else."""
    return directives.choice(argument, ("compared", "shown"))


def folder(argument: str | None) -> str:
    """A folder below the one where the reader is; ValueError for one that is not."""
    path = PurePosixPath((argument or "").strip())
    if not path.parts or path.is_absolute() or ".." in path.parts:
        raise ValueError("a folder is named from the one where the reader is, and lies in it")
    return str(path)


def where(argument: str) -> str:
    """On which side of the cluster something is typed; ValueError for anything else."""
    return directives.choice(argument, ("home", "machine"))


class Checked(CodeBlock):
    """A code block that ends the build when it can't be what it says."""

    def run(self) -> list[nodes.Node]:
        """A listing that knows what to expect; or a warning, which fails the build, and nothing to show."""
        try:
            if name := self.twice():
                raise ValueError(f"{name} is there twice")
            language, kind, expected = self.expected()
        except ValueError as error:
            return [self.state.document.reporter.warning(f"{self.name}: {error}", line=self.lineno)]
        self.arguments = [language]
        self.options: dict = {}
        (block,) = super().run()
        assert isinstance(block, nodes.Element)
        block[kind] = expected
        return [block]

    def twice(self) -> str:
        """An option that is there twice: the parser takes the last one without a word."""
        options = re.match(r"(?:[`:~]{3}.*\n)?((?:\s*:[\w-]+:.*\n)*)", self.block_text)  # below the fence
        names = re.findall(r"^\s*:([\w-]+):", options[1] if options else "", re.MULTILINE)
        return next((name for name in names if names.count(name) > 1), "")

    def expected(self) -> tuple[str, str, dict | str]:
        """The language of the listing, and what the walk finds at it, under which name; ValueError if there is none."""
        raise NotImplementedError


class Transcript(Checked):
    """The directive `transcript`: a console listing."""

    optional_arguments = 0
    option_spec: ClassVar = {"exit": codes, "limit": seconds, "output": output, "folder": folder, "where": where}

    def expected(self) -> tuple[str, str, dict]:
        """What comes of each command."""
        typed = commands("\n".join(self.content))
        exits = self.options.get("exit", [0])
        if len(exits) not in (1, len(typed)):
            raise ValueError(f"exit has {len(exits)} codes for {len(typed)} commands")
        return "console", "transcript", {
            "exit": exits if len(exits) == len(typed) else [0] * (len(typed) - 1) + exits,
            "limit": self.options.get("limit", LIMIT),
            "output": self.options.get("output", "compared"),
            "folder": self.options.get("folder", "."),
            "where": self.options.get("where", "home"),
        }  # fmt: skip


class Edit(Checked):
    """The directive `edit`: a listing of what goes and what comes."""

    required_arguments = 1
    optional_arguments = 0
    option_spec: ClassVar = {"result": folder}

    def expected(self) -> tuple[str, str, dict]:
        """Which file is edited, and which one comes out."""
        file = folder(self.arguments[0])
        hunks("\n".join(self.content))
        return "diff", "edit", {"file": file, "result": self.options.get("result", "")}


class ForShow(Checked):
    """The directive `for-show`: a listing that nobody runs."""

    required_arguments = 1
    optional_arguments = 0
    option_spec: ClassVar = {"reason": directives.unchanged_required}

    def expected(self) -> tuple[str, str, str]:
        """Why nobody runs it."""
        reason = self.options.get("reason", "").strip()
        if not reason:
            raise ValueError("say why nobody runs it: reason")
        return self.arguments[0], "for_show", reason


def setup(app) -> dict:
    """Connects the extension; Sphinx calls it."""
    app.add_directive("transcript", Transcript)
    app.add_directive("edit", Edit)
    app.add_directive("for-show", ForShow)
    # For the walk; nothing of the site depends on it.
    app.add_config_value("walk_bundle", "", "", types=[str])  # what a reader downloads, from the source folder
    app.add_config_value("walk_cluster", "", "", types=[str])  # the command that starts and ends a practice cluster
    app.add_config_value("walk_tests", "tests", "", types=[str])  # tests that mirror the folder of the listings
    app.add_config_value("walk_totals", "", "", types=[str])  # a CSV file for how many blocks there are of each kind
    app.add_config_value("walk_for_show", 0, "", types=[int])  # how many blocks are for show; it only falls
    app.add_config_value("walk_rules", [], "", types=[list])  # (name, reason, pattern) of what may differ in an output
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
