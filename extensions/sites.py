"""Lists the sites whose values are known, each with a link that fills them in.

    ```{sites}
    ```

They are the files beside the site's own, `your_cluster_site` in conf.py. One that fills in nothing is not listed.
"""

from pathlib import Path
from urllib.parse import urlencode

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from extensions import builders, tables
from extensions.your_cluster import FIELDS, load, patterns, preset

HEADER = ("site", "what is filled in", "its documentation")
WIDTHS = (20, 50, 30)  # per cent
LINK = "#your-cluster?"  # as in the script of the form


class Sites(SphinxDirective):
    """Build a table of the known sites: no options, no content."""

    def run(self) -> list[nodes.Node]:
        """Return the table; ConfigError for a file that can't be read, or that says what can't be."""
        root = Path(self.env.srcdir)
        script = root / self.config.your_cluster_script
        allowed = patterns(load(script))
        files = files_of(self.env)
        for file in [script, *files]:
            self.env.note_dependency(str(file))
        sites = [preset(file, allowed) for file in files]
        return [tables.table(HEADER, WIDTHS, [row(site) for site in sites if site["values"]])]


def files_of(env) -> list[Path]:
    """Return the files of all sites."""
    return sorted((Path(env.srcdir) / env.config.your_cluster_site).parent.glob("*.toml"))


def with_new_files(app, env, added: set, changed: set, removed: set) -> list[str]:
    """Return the pages whose table lacks a file that was not there when they were read."""
    files = set(map(str, files_of(env)))
    known = {page: set(map(str, read)) for page, read in env.dependencies.items()}
    return [page for page, read in known.items() if files & read and files - read]


def row(site: dict) -> list[nodes.Node]:
    """Return what a row of the table shows of a site."""
    values = nodes.inline()
    for name, label, _ in FIELDS:
        if name in site["values"]:
            values += [nodes.Text(", " if values.children else ""), nodes.Text(f"{label}: ")]
            values += nodes.literal("", site["values"][name])
    guide = nodes.reference("", "its guide", refuri=site["source"])
    source = nodes.inline("", "", guide, nodes.Text(f", {site['date']}"))
    return [nodes.reference("", site["name"], refuri=LINK + urlencode(site["values"])), values, source]


def without_form(app, doctree: nodes.document, page: str) -> None:
    """Leave the name of a site only, where there is no form that its link could fill in."""
    if app.builder.name not in builders.SITE:
        for link in list(doctree.findall(nodes.reference)):
            if link.get("refuri", "").startswith(LINK):
                link.replace_self(link.children)


def setup(app) -> dict:
    """Register the directive; Sphinx calls it."""
    app.add_directive("sites", Sites)
    app.connect("env-get-outdated", with_new_files)
    app.connect("doctree-resolved", without_form)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
