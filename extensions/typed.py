"""Says on a page how many commands all pages have that the walk types: {typed}`commands`."""

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from walk.model import Transcript

logger = logging.getLogger(__name__)

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


class NotInHeadings(SphinxTransform):
    """Takes the role out of headings: they are copied into tables of contents before all pages are read."""

    default_priority = 500

    def apply(self, **options) -> None:
        """Warn, and so fail the build, for each of them."""
        headings = [one for one in self.document.findall(nodes.title) if isinstance(one.parent, nodes.section)]
        for node in [role for heading in headings for role in heading.findall(pending_typed)]:
            said = "typed: a heading can't say how many commands there are: say it below"
            logger.warning("%s", said, location=node)
            node.replace_self(nodes.Text("commands"))


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
    app.add_transform(NotInHeadings)
    app.connect("doctree-read", count)
    app.connect("env-get-updated", outdated)
    app.connect("doctree-resolved", resolve)
    return {"version": "1", "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
