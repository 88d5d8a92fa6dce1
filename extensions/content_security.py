"""Gives each page a content security policy: only the site's own files, and the scripts written in its own templates.

A browser then runs nothing that a link, a form or a stored value might bring into a page. Scripts and styles that the
theme and the extensions write into the page itself are allowed by their checksums, each page its own.
"""

import base64
import hashlib
import re

from extensions import builders

INLINE = r"<{0}>(.*?)</{0}>"
CHARSET = '<meta charset="utf-8">'
POLICY = '<meta http-equiv="Content-Security-Policy" content="{}">'


def allowed(page: str, tag: str) -> str:
    """Return the sources of scripts or styles: the site, and what is written in the page."""
    texts = sorted(set(re.findall(INLINE.format(tag), page, re.DOTALL)))
    sums = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    return " ".join(["'self'", *(f"'sha256-{one}'" for one in sums)])


def policy(page: str) -> str:
    """Return the policy of a page."""
    rules = {
        "default-src": "'self'",
        "script-src": allowed(page, "script"),
        "style-src": allowed(page, "style"),
        "img-src": "'self' data:",  # the theme's icons
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def write(app, error: Exception | None) -> None:
    """Write its policy into each page that has none yet, so into those that were just built."""
    if error or app.builder.format != "html" or not app.config.content_security:
        return
    for path in builders.pages(app):
        page = path.read_text(encoding="utf-8")
        head, charset, rest = page.partition(CHARSET)
        if charset and "Content-Security-Policy" not in rest.partition("</head>")[0]:
            path.write_text(f"{head}{charset}\n    {POLICY.format(policy(page))}{rest}", encoding="utf-8")


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_config_value("content_security", True, "html", types=[bool])  # False for what adds scripts while it serves
    app.connect("build-finished", write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
