"""Every page works in a real browser: nothing fails, nothing leaves the site, everybody can read it."""

import time
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from docutils import nodes

pytestmark = pytest.mark.engine

# The rules of axe that look at colours: only these can find something else in the dark.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# In a listing, of all parts that look alike one is looked at: axe takes half a minute for thousands of them.
ONE_OF_EACH = """() => {
    const seen = new Set();
    for (const part of document.querySelectorAll("pre span[class]:not(:has(*))")) {
        const around = [];
        for (let up = part; up.tagName != "PRE"; up = up.parentElement) around.push(up.className);
        const look = [...around, part.closest(".highlight")?.parentElement.className].join("|");
        if (seen.has(look)) (part.closest("a") ?? part).replaceWith(part.textContent);
        seen.add(look);
    }
    const lines = document.querySelectorAll("pre span:not([class]):not(:has(*))");
    lines.forEach(line => line.replaceWith(line.textContent));
}"""
PHONE = {"width": 360, "height": 740}  # CSS pixels


def watch(complaints: list[str], home: str):
    """A function that has a Playwright page report to `complaints` whatever goes wrong in it."""

    def before(page):
        page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
        page.on("response", lambda answer: answer.status >= 400 and complaints.append(f"{answer.status}: {answer.url}"))
        page.on("request", lambda request: ours(request.url) or complaints.append(f"another host: {request.url}"))

    def ours(url):
        return urlsplit(url).scheme == "data" or urlsplit(url).netloc == urlsplit(home).netloc

    return before


def test_opens_without_a_complaint(visit, address, any_page_name):
    complaints = []
    visit(f"{address}{any_page_name}.html", watch(complaints, address)).wait_for_load_state("networkidle")
    assert complaints == []


def test_everybody_can_read_it(visit, address, any_page_name):
    page = visit(f"{address}{any_page_name}.html", reduced_motion="reduce")
    page.evaluate(ONE_OF_EACH)
    violations = []
    for scheme, options in {"light": {}, "dark": COLOURS}.items():
        page.emulate_media(color_scheme=scheme)
        violations += [
            f"{scheme}: {found['id']}: {' '.join(node['target'])}: {node['failureSummary']}"
            for found in Axe().run(page, options=options).response["violations"]
            for node in found["nodes"]
        ]
    assert not violations, "\n".join(violations)


def test_fits_a_phone(visit, address, any_page_name):
    """Nothing is wider than the screen but what scrolls in a frame of its own: listings, tables."""
    page = visit(f"{address}{any_page_name}.html", viewport=PHONE)
    assert page.locator("#furo-main-content *").count()
    wide = page.evaluate(
        """() => {
            const scrolls = element => element.id != "furo-main-content" &&
                (["auto", "scroll"].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
            return [...document.querySelectorAll("#furo-main-content *")]
                .filter(element => element.getBoundingClientRect().right > window.innerWidth + 1)
                .filter(element => element.checkVisibility({visibilityProperty: true}))
                .filter(element => !scrolls(element.parentElement))
                .map(element => element.outerHTML.slice(0, 200));
        }"""
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_button_changes_the_theme(visit, address):
    """The colours chosen with the button are those that a dark system gets by itself."""
    colours = """[document.body, ...document.querySelectorAll("h1, .highlight, .highlight pre, .highlight span")]
        .map(element => getComputedStyle(element).color + getComputedStyle(element).backgroundColor)"""
    url = f"{address}index.html"
    dark = visit(url, color_scheme="dark").evaluate(colours)
    light = visit(url, color_scheme="light")
    assert light.evaluate(colours) != dark
    light.evaluate("document.body.dataset.theme = 'dark'")
    assert light.evaluate(colours) == dark


# The texts of a listing that are coloured, each with its colour, and whether the style calls it a comment.
# What marks a place for a reader's value has no colour of its own: what it stands in has.
TOKENS = """anchor => [...document.getElementById(anchor).querySelectorAll("pre span[class]:not(:has(span))")]
    .map(part => part.matches(".place") ? part.parentElement : part).filter(part => part.className)
    .map(part => [part.textContent.trim(), getComputedStyle(part).color, /^c\\w?$/.test(part.className)])"""


def test_what_slurm_reads_looks_like_no_comment(visit, address, doctree, page_names):
    """The options in a batch script have another colour than its comments, and than options with one # more."""
    seen = 0
    for name in page_names:
        found = [block for block in doctree(name).findall(nodes.literal_block) if "listing" in block]
        blocks = [block for block in found if block["listing"].file.endswith(".sh")]
        page = visit(f"{address}{name}.html") if blocks else None
        for scheme in ("light", "dark") if blocks else ():
            page.emulate_media(color_scheme=scheme)
            seen += sum(len(options_unlike_comments(page, block, f"{scheme}, {name}")) for block in blocks)
    assert seen


def options_unlike_comments(page, block, where):
    """Assert that a listing's options have no comment's colour; return them."""
    where = f"{where}: {block['listing'].file}"
    options = [line for line in block.astext().splitlines() if line.startswith("#SBATCH")]
    parts = page.evaluate(TOKENS, block["listing"].anchor)
    comments = {colour for _, colour, comment in parts if comment}
    assert [text for text, _, comment in parts if text in options and not comment] == options, where
    assert [text for text, _, comment in parts if text.startswith("##SBATCH") and not comment] == [], where
    assert comments and not comments & {colour for text, colour, _ in parts if text in options}, where
    return options


def test_unknown_address_shows_our_page(visit, address, site):
    """One level or four deep, it is whole, and leads home."""
    for path in ("nowhere.html", "a/b/c/nowhere.html"):
        complaints = []
        page = visit(f"{address}{path}", watch(complaints, address))
        # The browser itself reports that the page's answer was a 404, and should.
        assert [text for text in complaints if "404" not in text] == []
        assert not any("_static" in text for text in complaints)
        assert page.inner_text("h1").startswith("Page not found")
        page.click(".sidebar-brand")
        assert page.url in (f"{address}index.html", address)


@pytest.fixture
def folded(browser, address):
    """folded(name) is a new page of the site on which nothing was unfolded."""
    context = browser.new_context()
    context.set_default_timeout(600_000)

    def open_page(name):
        page = context.new_page()
        page.goto(f"{address}{name}", wait_until="load")
        return page

    yield open_page
    context.close()


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("content/collect", "python-collection-py--3-60"),  # in a folded listing
        ("content/cities", "python-long-code-for-index-py-66"),  # in a folded solution
    ],
)
def test_a_link_to_a_folded_line_unfolds_it(folded, name, line):
    """From another page, and on the page itself; the hint of what was unfolded says so."""
    seen = f"() => document.getElementById('{line}').checkVisibility({{visibilityProperty: true}})"
    hidden = """() => [...document.querySelectorAll("details[open] > summary > .toggle-details__summary-text")]
        .every(hint => hint.textContent == "Click to hide")"""
    page = folded(f"{name}.html")
    assert not page.evaluate(seen)
    page.evaluate(f"location.hash = '{line}'")
    page.wait_for_function(seen)
    page.wait_for_function(hidden)
    page = folded(f"{name}.html#{line}")
    page.wait_for_function(seen)
    page.wait_for_function(hidden)


def test_a_hint_follows_what_was_unfolded(folded):
    """By a click, and by whatever else opens it."""
    page = folded("content/collect.html")
    hint = page.locator("details.toggle-details > summary > .toggle-details__summary-text").first
    assert hint.text_content() == "Click to show"
    for text in ("Click to hide", "Click to show"):
        hint.click()
        page.wait_for_function("([hint, text]) => hint.textContent == text", arg=[hint.element_handle(), text])
    page.evaluate("document.querySelector('details.toggle-details').open = true")
    page.wait_for_function("hint => hint.textContent == 'Click to hide'", arg=hint.element_handle())


def test_what_was_searched_for_is_not_left_folded(folded):
    """In a folded listing, and in a folded solution."""
    for name, word in (("collect", "add_argument"), ("cities", "sys.argv")):
        page = folded(f"content/{name}.html?highlight={word}")
        page.wait_for_function("() => document.querySelectorAll('details .highlighted, .toggle .highlighted').length")
        page.wait_for_function(
            """() => [...document.querySelectorAll(".highlighted")]
                .every(word => word.checkVisibility({visibilityProperty: true}))"""
        )


@pytest.mark.parametrize("name", ["array-jobs", "parameters", "cities"])
def test_a_click_on_code_in_a_title_unfolds_its_box_and_no_other(folded, name):
    page = folded(f"content/{name}.html")
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for code in page.locator(".toggle > .admonition-title code").all():
        if not code.is_visible():
            code.evaluate("code => unfold(code.closest('.toggle').parentElement)")  # the solution that it is in
        before = page.locator(".toggle-hidden").count()
        code.click(force=True)
        box = code.evaluate_handle("code => code.closest('.toggle')")
        assert not box.evaluate("box => box.matches('.toggle-hidden')")
        assert page.locator(".toggle-hidden").count() == before - 1
    assert complaints == []
    assert before


# What moved in the frame before is only reported after it.
TWO_FRAMES = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"""


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_moves_when_the_pictures_arrive(browser, address, site, width):
    """The first page is read before its pictures are there; they come late, one after the other."""
    wanted = len(site.soup("index").select("article img"))
    context = browser.new_context(viewport={"width": width, "height": 740})
    context.set_default_timeout(600_000)
    try:
        page = context.new_page()
        page.add_init_script(
            """window.moved = [];
            new PerformanceObserver(list => window.moved.push(...list.getEntries().map(entry => entry.value)))
                .observe({type: "layout-shift", buffered: true});"""
        )
        held = []
        page.route("**/_images/**", lambda route: held.append(route))
        page.goto(f"{address}index.html", wait_until="domcontentloaded")
        page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
        deadline = time.monotonic() + 600
        while len(held) < wanted:
            assert time.monotonic() < deadline, f"{len(held)} of {wanted} pictures were asked for"
            page.wait_for_timeout(10)
        for number, route in enumerate(held, 1):
            route.continue_()
            page.wait_for_function(
                """number => number <= [...document.querySelectorAll("article img")]
                    .filter(image => image.complete && image.naturalWidth).length""",
                arg=number,
            )
            page.evaluate(TWO_FRAMES)
        assert sum(page.evaluate("moved")) < 0.02
    finally:
        context.close()
