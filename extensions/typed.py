"""Says on a page how many commands all pages have that the walk types: {typed}`commands`."""

from docutils import nodes
from sphinx.util.docutils import SphinxRole

from walk.model import Transcript

COMMANDS, SAYS = "typed commands", "says how many are typed"  # what Sphinx's metadata of a page keeps for us


class pending_typed(nodes.Inline, nodes.TextElement):
    """Stands for the number until all pages are read."""


class TypedRole(SphinxRole):
    """Says how many there are; its text is what is counted, and there are only `commands`."""

    def run(self):
        """Return a node to be replaced, or a warning, which fails the build."""
        if self.text != "commands":
            said = f"typed: only commands are counted, not {self.text}"
            return [], [self.inliner.reporter.warning(said, line=self.lineno)]
        return [pending_typed()], []


def count(app, doctree: nodes.document) -> None:
    """Keep how many commands a page has, and whether it says the sum."""
    blocks = [node.get("block") for node in doctree.findall(nodes.literal_block)]
    kept = app.env.metadata[app.env.current_document.docname]
    kept[COMMANDS] = sum(len(block.commands) for block in blocks if isinstance(block, Transcript))
    kept[SAYS] = any(doctree.findall(pending_typed))


def total(env) -> int:
    """Return how many commands all pages have."""
    return sum(kept.get(COMMANDS, 0) for kept in env.metadata.values())


def outdated(app, env) -> list[str]:
    """Return the pages that say the sum, if this builder has last written another one."""
    if not hasattr(env, "typed_commands"):
        env.typed_commands = {}
    if env.typed_commands.get(app.builder.name) == total(env):
        return []
    env.typed_commands[app.builder.name] = total(env)
    return sorted(page for page, kept in env.metadata.items() if kept.get(SAYS))


def resolve(app, doctree: nodes.document, docname: str) -> None:
    """Write the sum. The class tells those who look for typed numbers that it is computed."""
    for node in list(doctree.findall(pending_typed)):
        node.replace_self(nodes.inline("", str(total(app.env)), classes=["count"]))


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_role("typed", TypedRole())
    app.connect("doctree-read", count)
    app.connect("env-get-updated", outdated)
    app.connect("doctree-resolved", resolve)
    return {"version": "1", "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
