"""Writes sitemap.xml, the list of all pages for search engines."""

# sphinx-sitemap 2.9.0 lists only the pages that this build wrote: after an edit that is one. It also starts a
# process of its own for the list, a tenth of a second at each build.

from pathlib import Path
from xml.sax.saxutils import escape

from extensions import builders


def write(app, exception) -> None:
    """Write the sitemap beside the pages, one line a page, in order, where each page has an address of its own."""
    if exception or app.builder.name not in builders.SITE:
        return
    urls = sorted(app.config.html_baseurl + app.builder.get_target_uri(page) for page in app.env.found_docs)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        *(f"<url><loc>{escape(url)}</loc></url>" for url in urls),
        "</urlset>",
    ]
    (Path(app.outdir) / "sitemap.xml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
