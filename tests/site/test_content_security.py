"""No page runs, loads or asks for anything that is not the site's own; the pages' own scripts run: test_browser.py."""

import re

import pytest

pytestmark = pytest.mark.engine


@pytest.fixture
def page(visit, address):
    """A page of the site."""
    return visit(f"{address}content/first-job.html")


FORBIDDEN = {
    "an image with a handler": "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hit=1\">')",
    "a script in the page": """document.body.append(
        Object.assign(document.createElement("script"), {textContent: "window.hit = 1"}))""",
    "a script of another host": """document.body.append(
        Object.assign(document.createElement("script"), {src: "https://example.org/x.js"}))""",
    "text that becomes code": "setTimeout('window.hit = 1')",
    "an address that is code": """{
        const link = Object.assign(document.createElement("a"), {href: "javascript:hit=1"});
        document.body.append(link);
        link.click();
    }""",
    "a style in the page": """document.body.append(
        Object.assign(document.createElement("style"), {textContent: "* { color: red }"}))""",
    "a request to another host": "fetch('https://example.org/').catch(() => 0)",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_security_policy_forbids(page, what):
    page.evaluate(
        "document.addEventListener('securitypolicyviolation', event => window.violation = event.effectiveDirective)"
    )
    page.evaluate(FORBIDDEN[what])
    page.wait_for_function("() => window.violation")
    assert page.evaluate("window.hit") is None


def test_each_page_has_a_strict_policy(site, any_page_name):
    tags = site.soup(any_page_name).select('meta[http-equiv="Content-Security-Policy"]')
    assert len(tags) == 1
    rules = dict(rule.split(" ", 1) for rule in tags[0]["content"].split("; "))
    assert rules["default-src"] == "'self'"
    sources = {source for rule in ("script-src", "style-src") for source in rules[rule].split()}
    assert all(re.fullmatch("'self'|'sha256-[A-Za-z0-9+/]{43}='", source) for source in sources)
    assert not site.soup(any_page_name).find_all(style=True)
    handlers = [name for tag in site.soup(any_page_name).find_all(True) for name in tag.attrs if name.startswith("on")]
    assert handlers == []
