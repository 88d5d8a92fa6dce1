"""Says on a page how many commands all pages have that the walk types: {typed}`commands`."""

from docutils import nodes
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util.docutils import SphinxRole

from walk.model import Transcript


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


class TypedCollector(EnvironmentCollector):
    """Keeps how many commands each page has, and which pages say the sum."""

    def clear_doc(self, app, env, docname) -> None:
        """Forget a page."""
        kept(env)[0].pop(docname, None)
        kept(env)[1].discard(docname)

    def merge_other(self, app, env, docnames, other) -> None:
        """Take over what another process has read."""
        for docname in docnames:
            if docname in kept(other)[0]:
                kept(env)[0][docname] = kept(other)[0][docname]
        kept(env)[1].update(kept(other)[1] & set(docnames))

    def process_doc(self, app, doctree) -> None:
        """Count the commands of a page."""
        blocks = [node.get("block") for node in doctree.findall(nodes.literal_block)]
        commands = [command for block in blocks if isinstance(block, Transcript) for command in block.commands]
        kept(app.env)[0][app.env.docname] = len(commands)
        if next(doctree.findall(pending_typed), None):
            kept(app.env)[1].add(app.env.docname)

    def get_updated_docs(self, app, env) -> list[str]:
        """Return the pages that say the sum: it may be another one, and there are few."""
        return sorted(kept(env)[1])


def kept(env) -> tuple[dict[str, int], set[str]]:
    """Return what the environment keeps: the number of commands of each page, and the pages that say the sum."""
    if not hasattr(env, "typed_commands"):
        env.typed_commands = ({}, set())
    return env.typed_commands


def resolve(app, doctree, docname) -> None:
    """Write the sum. The class tells those who look for typed numbers that it is computed."""
    for node in list(doctree.findall(pending_typed)):
        node.replace_self(nodes.inline("", str(sum(kept(app.env)[0].values())), classes=["count"]))


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_role("typed", TypedRole())
    app.add_env_collector(TypedCollector)
    app.connect("doctree-resolved", resolve)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
