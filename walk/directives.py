"""The Sphinx extension of the walk: directives for what is typed, edited, or only shown."""

import re
import subprocess
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from pygments.lexer import Lexer
from pygments.lexers.shell import BashLexer, BashSessionLexer
from pygments.token import Generic, Text
from sphinx.directives.code import CodeBlock

from walk.model import PROMPT, Block, Edit, ForShow, Transcript, Versions, hunks, is_open, parse
from walk.normalize import ANY

LIMIT = 600  # seconds: no block takes that long, unless it hangs
# In HTML the ends of lines stand behind what is coloured: there, the copy button would not leave them out.
OUTPUT_LINE = re.compile(r'(<span class="go">[^<]*)</span>(\n+)')


class walked_block(nodes.literal_block):
    """A literal block with its typed self in the attribute `block`."""


def exit_codes(argument: str | None) -> list[int]:
    """Return the exit codes of an option; ValueError for what is none."""
    found = [directives.nonnegative_int(word) for word in (argument or "").split()]
    if not found or max(found) > 255:
        raise ValueError("exit codes are numbers from 0 to 255")
    return found


def seconds(argument: str | None) -> int:
    """Return the time limit of an option; ValueError for what is none."""
    found = directives.nonnegative_int(argument or "")
    if found < 1:
        raise ValueError("a limit is at least one second")
    return found


def output(argument: str) -> str:
    """Return what becomes of the output; ValueError for anything else."""
    return directives.choice(argument, ("compared", "shown"))


def where(argument: str) -> str:
    """Return on which side of the cluster something is typed; ValueError for anything else."""
    return directives.choice(argument, ("home", "machine"))


def versions(argument: str | None) -> Versions:
    """Return the versions of Slurm of an option; ValueError for what is none."""
    return Versions.read(argument or "")


def path_below(argument: str | None) -> str:
    """Return a path below the folder from which it is named; ValueError for one that is not."""
    path = PurePosixPath((argument or "").strip())
    if not path.parts or path.is_absolute() or ".." in path.parts:
        raise ValueError("a file is named from the folder that it lies in, or from one above it")
    return str(path)


def duplicate(source: str) -> str:
    """Return an option that the source of a directive has twice, "" for none: the parsers take the last one in silence.

    MyST reads options as lines `:name: value`, and as YAML between two lines `---`.
    """
    lines = [line.strip() for line in source.split("\n")]
    if re.match(r"[`:~]{3}", lines[0]):
        del lines[0]
    if lines[:1] == ["---"]:
        end = lines.index("---", 1) if "---" in lines[1:] else len(lines)
        found = [re.match(r"""["']?([\w-]+)["']?\s*:""", line) for line in lines[1:end]]
    else:
        options = [re.match(r":([\w-]+):", line) for line in lines]
        found = options[: options.index(None)] if None in options else options
    names = [match[1] for match in found if match]
    return next((name for name in names if names.count(name) > 1), "")


def unfinished(command: str) -> str:
    """Return what bash still waits for after a command, such as `done`, in its own words; "" if it would run it."""
    try:
        asked = subprocess.run(["bash", "-n"], input=command.encode(), capture_output=True, env={"LC_ALL": "C"})
    except OSError:  # a machine without bash can build the site, and not walk it
        return ""
    said = asked.stderr.decode(errors="replace").splitlines()
    return next((line for line in said if re.search(r"unexpected EOF|end.of.file", line)), "")


def one_at_a_time(command: str) -> None:
    """Raise a ValueError if bash waits for more than these lines, or runs some of them before it has read the rest."""
    if why := unfinished(command):
        raise ValueError(f"bash does not run {command!r} as it stands here: {why}")
    lines = command.split("\n")
    for end in range(1, len(lines)):
        begin = "\n".join(lines[:end])
        if not is_open(begin) and not unfinished(begin):
            raise ValueError(f"bash runs {begin!r} before it has read what comes next: {lines[end]!r}")


class WalkedDirective(CodeBlock):
    """A code block that ends the build when it can't be what it says."""

    def run(self) -> list[nodes.Node]:
        """Return the block that knows what it is; or a warning, which fails the build, and nothing to show."""
        try:
            if name := duplicate(self.block_text):
                raise ValueError(f"{name} is there twice")
            language, block = self.parsed("\n".join(self.content))
        except ValueError as error:
            return [self.state.document.reporter.warning(f"{self.name}: {error}", line=self.lineno)]
        self.arguments = [language]
        self.options: dict = {}
        (code,) = super().run()
        assert isinstance(code, nodes.literal_block)
        node = walked_block(code.rawsource, code.astext(), **code.attributes, block=block)
        node.source, node.line = code.source, code.line
        return [*self.before(block), node]

    def before(self, block: Block) -> list[nodes.Node]:
        """Return what a reader sees above the block."""
        return []

    def parsed(self, text: str) -> tuple[str, Block]:
        """Return the language of a text, and the block that it is; ValueError if it is none."""
        raise NotImplementedError


class TranscriptDirective(WalkedDirective):
    """Shows what is typed in a terminal and what comes out; the walk types it and compares.

        ```{transcript}
        :exit: 0 2
        :limit: 60
        :output: shown
        :where: machine
        $ ls params.csv
        params.csv
        $ ls nowhere
        ls: cannot access 'nowhere': No such file or directory
        ```

    - `exit`: the exit codes of the commands, or the one of the last command; 0 otherwise.
    - `limit`: how many seconds the block may take, with the jobs that it waits for; 600 otherwise.
    - `output`: `compared`, which is the rule, or only `shown`: it differs from run to run. Then one word of it must be
      printed, and a number is a number.
    - `where`: `home`, which is the rule, or `machine`: on the machine that runs the cluster, in the folder of the
      site's source, in a shell of its own that stays through the page.
    - `slurm`: the versions of Slurm that it is for: `22.05`, `24.11-` (and later), `-23.11` (and earlier) or
      `22.05-23.11`; all otherwise. A line above the block says so. On any other version, the walk skips it; so one of
      the blocks that follow each other must be for each version in `walk_slurm` of `conf.py`.
    """

    optional_arguments = 0
    option_spec: ClassVar = {"exit": exit_codes, "limit": seconds, "output": output, "where": where, "slurm": versions}

    def before(self, block: Block) -> list[nodes.Node]:
        """Return the line that says which versions of Slurm the block is for."""
        assert isinstance(block, Transcript)
        return [nodes.paragraph("", f"On {block.slurm}:", classes=["slurm-versions"])] if block.slurm else []

    def parsed(self, text: str) -> tuple[str, Block]:
        """Return the transcript."""
        commands = parse(text)
        for command in commands:
            if set(command.output) - {""} == {ANY}:
                raise ValueError(f"below {command.text!r} stands no output, only {ANY}")
            one_at_a_time(command.text)
        exits = self.options.get("exit", [0])
        if len(exits) not in (1, len(commands)):
            raise ValueError(f"exit has {len(exits)} codes for {len(commands)} commands")
        exits = [0] * (len(commands) - len(exits)) + exits
        return "console", Transcript(
            page=self.env.docname,
            line=0,
            text=text,
            commands=tuple(replace(command, exit=code) for command, code in zip(commands, exits, strict=True)),
            limit=self.options.get("limit", LIMIT),
            compared=self.options.get("output", "compared") == "compared",
            on_host=self.options.get("where", "home") == "machine",
            slurm=self.options.get("slurm"),
        )


class EditDirective(WalkedDirective):
    """Shows what the learner changes in a file; the walk makes the change.

        ```{edit} python/long_code.py
        :result: code/python/short_code.py
        -SECONDS = 60
        +SECONDS = 0
        ```

    A line that goes begins with -, one that comes with +, any other with a blank. `...` stands between two places.

    - `result`: the file of the site that comes out, from the folder of its source.
    """

    required_arguments = 1
    optional_arguments = 0
    option_spec: ClassVar = {"result": path_below}

    def parsed(self, text: str) -> tuple[str, Block]:
        """Return the edit."""
        hunks(text)
        file = path_below(self.arguments[0])
        return "diff", Edit(self.env.docname, 0, text, file=file, result=self.options.get("result", ""))


class ForShowDirective(WalkedDirective):
    """Shows code that nobody runs.

        ```{for-show} python
        :reason: how most people write a result, and what is wrong with it
        ```

    - `reason`: why nobody runs it.
    """

    required_arguments = 1
    optional_arguments = 0
    option_spec: ClassVar = {"reason": directives.unchanged_required}

    def parsed(self, text: str) -> tuple[str, Block]:
        """Return the block with its reason."""
        reason = self.options.get("reason", "").strip()
        if not reason:
            raise ValueError("say why nobody runs it: reason")
        return self.arguments[0], ForShow(self.env.docname, 0, text, reason=reason)


class ConsoleLexer(Lexer):
    """Colours a console block by the commands that the walk types in it, so that what is copied is what is typed."""

    name = "Console"
    aliases: ClassVar = ["console"]

    def get_tokens_unprocessed(self, text: str):
        """Yield (place, token, value) as Pygments wants them."""
        try:
            commands = parse(text.removesuffix("\n"))
        except ValueError:
            yield from BashSessionLexer().get_tokens_unprocessed(text)
            return
        place = 0
        for command in commands:
            yield place, Generic.Prompt, PROMPT
            place += len(PROMPT)
            for offset, token, value in BashLexer().get_tokens_unprocessed(command.text):
                yield place + offset, token, value
            place += len(command.text)
            yield place, Text, "\n"
            place += 1
            for line in command.output:
                yield place, Generic.Output, f"{line}\n"
                place += len(line) + 1


def visit(self, node: walked_block) -> None:
    """Write a block as a builder writes any other."""
    self.visit_literal_block(node)


def visit_html(self, node: walked_block) -> None:
    """Write a block for a browser, with the ends of lines of output inside of what is coloured."""
    try:
        self.visit_literal_block(node)
    except nodes.SkipNode:
        self.body[-1] = OUTPUT_LINE.sub(r"\1\2</span>", self.body[-1])
        raise


def depart(self, node: walked_block) -> None:
    """Write the end of a block, for builders that do not write it in one piece."""
    self.depart_literal_block(node)


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    others = dict.fromkeys(("latex", "text", "man", "texinfo"), (visit, depart))
    app.add_node(walked_block, html=(visit_html, depart), **others)
    app.add_lexer("console", ConsoleLexer)
    app.add_directive("transcript", TranscriptDirective)
    app.add_directive("edit", EditDirective)
    app.add_directive("for-show", ForShowDirective)
    # For the walk; nothing of the site depends on it.
    app.add_config_value("walk_bundle", "", "", types=[str])  # what a learner downloads, from the source folder
    app.add_config_value("walk_cluster", "", "", types=[str])  # the command that starts and ends a practice cluster
    app.add_config_value("walk_code", "", "", types=[str])  # the folder of the files that a learner gets
    app.add_config_value("walk_tests", "tests", "", types=[str])  # tests that mirror that folder
    app.add_config_value("walk_for_show", 0, "", types=[int])  # how many blocks are for show; it only falls
    app.add_config_value("walk_slurm", [], "", types=[list])  # versions that the pages are walked on, as "24.11"
    app.add_config_value("walk_rules", [], "", types=[list])  # (name, reason, pattern) of what may differ in an output
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
