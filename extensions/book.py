"""Makes a book of the site, in the formats singlehtml, which is printed to PDF, and epub; and offers both on the site.

What only works in a browser is left out: scripts, forms, buttons. What a reader downloads is a link to the site.

    ```{book}
    The whole lesson is also one file
    ```

On the site, the links to the files follow these words, if `html_extra_path` has the files. Else all of it is left out.
"""

from pathlib import Path
from posixpath import join
from urllib.parse import quote

from docutils import nodes
from sphinx import addnodes
from sphinx.builders.epub3 import Epub3Builder
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from extensions import builders, solutions

logger = logging.getLogger(__name__)

KINDS = {"pdf": "PDF", "epub": "ePub"}
OFFERED = "book"  # in the metadata of a page that offers it
STYLES = ("pygments.css", "epub.css")


class offer(nodes.General, nodes.Element):
    """Holds the words of the directive until it is known whether there is a book."""


class BookDirective(SphinxDirective):
    """Offers the files of the book; its content are the words before them."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the words, for later."""
        words = self.parse_content_to_nodes()
        if not words or not isinstance(words[-1], nodes.paragraph):
            raise self.error("book: end the words with a paragraph, which the links follow")
        self.env.metadata[self.env.docname][OFFERED] = True
        return [offer("", *words)]


def made(app) -> list[Path]:
    """Return the files of the book that the site has."""
    folders = [Path(app.confdir, folder) for folder in app.config.html_extra_path]
    return [file for folder in folders for kind in KINDS for file in sorted(folder.glob(f"*.{kind}"))]


def out_of_date(app, env) -> list[str]:
    """Return the pages that offer a book which was made after them, with another size."""
    if app.builder.name not in builders.SITE:
        return []
    newest = max((file.stat().st_mtime for file in made(app)), default=0)
    pages = {page: Path(app.builder.get_outfilename(page)) for page, data in env.metadata.items() if OFFERED in data}
    return [page for page, built in pages.items() if built.is_file() and built.stat().st_mtime < newest]


def offer_files(app, tree: nodes.document, page: str) -> None:
    """Write the links to the files of the book, or leave out what would have been before them."""
    files = made(app)
    for node in [*tree.findall(offer)]:
        words = node.children
        if not files or app.builder.name not in builders.SITE:
            node.parent.remove(node)
            continue
        last = words[-1]
        assert isinstance(last, nodes.paragraph)
        for number, file in enumerate(files):
            here = app.builder.get_target_uri(page)
            last += nodes.Text(", " if number else ": ")
            last += nodes.reference("", KINDS[file.suffix[1:]], refuri=relative_uri(here, quote(file.name)))
            last += nodes.Text(f" ({file.stat().st_size / 1e6:.1f} MB)")
        last += nodes.Text(".")
        node.replace_self(words)


class Epub(Epub3Builder):
    """Sphinx's builder of an ePub, without scripts and with one style sheet of ours."""

    def init_js_files(self) -> None:
        """Ask for no script."""
        self._js_files = []

    def add_js_file(self, filename: str, **attributes) -> None:
        """Do not add the script of an extension."""

    def init_css_files(self) -> None:
        """Ask for the colours of code, and for our own style sheet."""
        self._css_files = []
        for name in STYLES:
            self.add_css_file(name)

    def add_css_file(self, filename: str, **attributes) -> None:
        """Add one of ours, and not the one of an extension."""
        if filename in STYLES:
            super().add_css_file(filename, **attributes)

    def copy_static_files(self) -> None:
        """Copy only what a page asks for."""
        folder = Path(self.outdir, "_static")
        folder.mkdir(exist_ok=True)
        self.create_pygments_style_file()
        folder.joinpath(STYLES[-1]).write_bytes((Path(__file__).parents[1] / "static" / STYLES[-1]).read_bytes())

    def copy_extra_files(self) -> None:
        """Do not copy what only the site offers, such as a book."""

    def toc_metadata(self, level: int, navpoints: list) -> dict:
        """Return what Sphinx says, with the identifier that it writes into the other file, content.opf."""
        return super().toc_metadata(level, navpoints) | {"uid": self.config.epub_identifier}


def leave_out(app, tree: nodes.document, page: str) -> None:
    """Take out of a tree what only works in a browser."""
    if app.builder.name not in builders.BOOK:
        return
    for raw in [*tree.findall(nodes.raw)]:
        raw.parent.remove(raw)
    for file in [*tree.findall(addnodes.download_reference)]:
        if "filename" in file:
            address = app.config.html_baseurl + join("_downloads", quote(file["filename"]))
            file.replace_self(nodes.reference("", "", *file.children, refuri=address, classes=["download"]))
    for block in tree.findall(nodes.literal_block):
        if "highlight_args" in block:
            block["highlight_args"].pop("anchorlinenos", None)  # a thousand links of a line to itself
    if app.builder.name == "epub" and page == app.config.root_doc and app.config.book_edition:
        # The page that is printed says it on its first side.
        title = next(tree.findall(nodes.title))
        title.parent.insert(1, nodes.paragraph("", f"Edition of {app.config.book_edition}."))


def tables_of_contents(env, root: str) -> list[tuple[str, list[str]]]:
    """Return the caption and the pages of each table of contents of the first page; warn of what can be no part."""
    found: list[tuple[str, list[str]]] = []
    placed: set[str] = set()
    for toctree in env.get_doctree(root).findall(addnodes.toctree):
        if not toctree["caption"]:
            logger.warning("book: this table of contents has no caption, the name of its part", location=toctree)
        names = toctree["includefiles"]
        for name in placed.intersection(names):
            logger.warning("book: %s is in a table of contents above, too: leave it in one", name, location=toctree)
        found.append((toctree["caption"] or "", [name for name in names if name not in placed]))
        placed.update(names)
    for page in sorted(env.toctree_includes.keys() - {root}):
        for toctree in env.get_doctree(page).findall(addnodes.toctree):
            for name in set(toctree["includefiles"]) - placed:
                message = "book: %s is in no table of contents of %s, which has the parts: name it there"
                logger.warning(message, name, root, location=toctree)
    return found


def arrange(app, tree: nodes.document, root: str) -> None:
    """Put the pages into parts, as the first page's tables of contents have them, behind a list of all."""
    if app.builder.name != "singlehtml":
        return
    pages = {page["docname"]: page for page in [*tree.findall(addnodes.start_of_file)]}
    tables = tables_of_contents(app.env, root)
    for name in [name for _, names in tables for name in names]:
        pages[name].parent.remove(pages[name])
    contents = nodes.bullet_list()
    parts = []
    for number, (caption, names) in enumerate(tables, start=1):
        part = nodes.section("", nodes.title("", caption), ids=[f"part-{number}"], classes=["part"])
        part += [pages[name] for name in names]
        parts.append(part)
        entries = [entry(app.env.titles[name].astext(), f"document-{name}") for name in names]
        contents += entry(caption, part["ids"][0], nodes.bullet_list("", *entries))
    own = next(tree.findall(nodes.section))
    own["classes"].append("introduction")
    behind = [one for one in tree.children[tree.index(own) + 1 :] if isinstance(one, nodes.section)]
    contents.insert(0, entry(app.env.titles[root].astext(), own["ids"][0]))
    contents += [entry(next(one.findall(nodes.title)).astext(), one["ids"][0]) for one in behind]
    place = tree.index(own)
    tree[place + 1 : place + 1] = parts
    tree.insert(place, nodes.container("", nodes.rubric("", "Contents"), contents, classes=["contents-of-book"]))


def entry(words: str, place: str, *below: nodes.Node) -> nodes.list_item:
    """Return a line of the contents, with room for the number of a page."""
    return nodes.list_item("", nodes.paragraph("", "", *solutions.links(f"#{place}", words)), *below)


def choose_template(app, page: str, template: str, context: dict, doctree: nodes.document | None) -> str | None:
    """Have the one page written without all that surrounds a page of the site."""
    if app.builder.name != "singlehtml":
        return None
    context["description"] = app.env.metadata[page].get("description", "")
    context["edition"] = app.config.book_edition
    context["base_url"] = app.config.html_baseurl
    return "book.html"


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_config_value("book_edition", "", "html", types=[str])  # which version of the site it is
    app.add_builder(Epub, override=True)
    app.add_directive("book", BookDirective)
    app.add_node(offer)
    app.connect("env-get-updated", out_of_date)
    app.connect("doctree-resolved", offer_files, priority=300)
    app.connect("doctree-resolved", leave_out, priority=300)
    app.connect("doctree-resolved", arrange, priority=600)
    app.connect("html-page-context", choose_template)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
