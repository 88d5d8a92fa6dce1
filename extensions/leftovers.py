"""Takes away what is out of date in a built site, and a build would leave: pages without a source, and what pages say.

After a rename the old page would still be there, and still be found. Which pages a build writes is kept in the output
folder, so nothing else there is ever touched. Sphinx writes a page anew only if its own source has changed; here all
are written anew if what they say of each other has: menus, links to the next page, titles, numbers.
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from extensions import builders

LIST = ".pages"  # in the output folder: the files of all pages, one a line
KNOWN = ".known"  # beside it: a sum of what pages say of each other


def remove(app, env) -> None:
    """Delete the pages of the build before that are no pages any more, and keep the list of those that are.

    This is before anything is written: a page that Sphinx now makes without a source comes after it.
    """
    if app.builder.name != "html":
        return
    folder = Path(app.outdir).resolve()
    files = {Path(app.builder.get_outfilename(name)).relative_to(app.outdir).as_posix() for name in env.found_docs}
    kept = folder / LIST
    before = set(kept.read_text(encoding="utf-8").splitlines()) if kept.exists() else set()
    for file in before - files:
        page = (folder / file).resolve()
        for path in (page, page.with_suffix(".md")):  # its copy for those who read Markdown
            if path.is_relative_to(folder) and path.is_file():
                path.unlink()
    kept.write_text("".join(f"{file}\n" for file in sorted(files)), encoding="utf-8")


def known(env) -> str:
    """Return a sum of what a page can say of another one: titles, headings, numbers, the order, what links lead to."""
    places = env.domains.standard_domain.data
    anchors = {
        page: [(place, title) for place, (_, _, title) in metadata.get("myst_slugs", {}).items()]
        for page, metadata in env.metadata.items()
    }
    exercises = {label: one["node"][0] for label, one in getattr(env, "sphinx_exercise_registry", {}).items()}
    facts = [env.titles, env.tocs, env.toctree_includes, env.toc_secnumbers, env.toc_fignumbers, anchors, exercises]
    facts += [places[kind] for kind in ("labels", "anonlabels", "objects", "terms")]
    # In which order pages were read says nothing.
    lines = [f"{name} {fact}" for one in facts for name, fact in sorted(one.items())]
    return sha256("\n".join(lines).encode()).hexdigest()


def out_of_date(app, env) -> Iterable[str]:
    """Return all pages if what they say of each other is not what it was when they were written."""
    if app.builder.name not in builders.SITE:
        return []
    app.builder.known = known(env)
    kept = Path(app.outdir, KNOWN)
    return [] if kept.exists() and kept.read_text(encoding="utf-8") == app.builder.known else env.found_docs


def keep(app, exception) -> None:
    """Keep what pages say of each other, now that all are written."""
    if app.builder.name in builders.SITE and not exception:
        Path(app.outdir, KNOWN).write_text(app.builder.known, encoding="utf-8")


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.connect("env-updated", remove)
    app.connect("env-get-updated", out_of_date, priority=900)  # when Sphinx has numbered all
    app.connect("build-finished", keep)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
