"""Every page works in a real browser: nothing fails, nothing leaves the site, everybody can read it."""

import json
import time
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from docutils import nodes

pytestmark = pytest.mark.engine

# The rules of axe that look at colours: the dearest ones, and most texts of the site look alike.
COLOURS = ["color-contrast", "link-in-text-block"]
# Gives the looks of a page's texts (colour, size, backgrounds) that are not among those of earlier pages, and marks
# what these rules look at: three texts of each, because axe says nothing of one that something else covers.
MARK_LOOKS = """known => {
    const behind = new Map([[null, ""]]), alike = new Map();
    const backgrounds = element => {
        if (!behind.has(element)) {
            const {backgroundColor, backgroundImage, opacity} = getComputedStyle(element);
            const own = [backgroundColor, backgroundImage, opacity].join();
            const nothing = own == "rgba(0, 0, 0, 0),none,1";
            behind.set(element, backgrounds(element.parentElement) + (nothing ? "" : own));
        }
        return behind.get(element);
    };
    for (const element of document.body.querySelectorAll("*")) {
        element.removeAttribute("data-look");
        const text = [...element.childNodes].some(node => node.nodeType == Node.TEXT_NODE && node.data.trim());
        if (!text || !element.checkVisibility({visibilityProperty: true})) continue;
        const {color, fontSize, fontWeight, textDecorationLine} = getComputedStyle(element);
        const around = element.matches("a") && getComputedStyle(element.parentElement).color;
        const look = [color, fontSize, fontWeight, textDecorationLine, around, backgrounds(element)].join();
        if (!known.includes(look)) alike.set(look, [...alike.get(look) ?? [], element]);
    }
    for (const elements of alike.values())
        for (const part of [0, 0.5, 1]) elements[Math.floor((elements.length - 1) * part)].dataset.look = "";
    return [...alike.keys()];
}"""
# The other rules take a minute for the thousands of coloured parts of the listings, which are nothing but text to them.
PLAIN_LISTINGS = """() => {
    const more = "a, button, [id], [role], [tabindex], [title]";
    for (const part of document.querySelectorAll("pre span"))
        if (!part.matches(more) && !part.querySelector(more)) part.replaceWith(part.textContent);
}"""
# All that a page asks for stands in it, and what its pictures show is there. Chromium's own word for that,
# "networkidle", sometimes never comes, though nothing is asked for any more.
ALL_THERE = """() => document.readyState == "complete" && [...document.images].every(image => {
    image.loading = "eager";
    return image.complete;
})"""
PHONE = {"width": 360, "height": 740}  # CSS pixels
# The heights of a page's blocks of code, before and after all are laid out, and whether each was so before.
HEIGHTS = """() => {
    const blocks = [...document.querySelectorAll(".highlight pre")];
    const height = block => block.getBoundingClientRect().height;
    const then = blocks.map(height);
    const seen = blocks.map(block => block.lastElementChild.checkVisibility({contentVisibilityAuto: true}));
    blocks.forEach(block => Object.assign(block.style, {contentVisibility: "visible", minHeight: 0}));
    return blocks.map((block, index) => [then[index], height(block), seen[index]]);
}"""


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
    visit(f"{address}{any_page_name}.html", watch(complaints, address)).wait_for_function(ALL_THERE)
    assert complaints == []


@pytest.fixture(scope="module")
def known_looks():
    """The looks of texts that were judged on an earlier page."""
    return set()


def test_everybody_can_read_it(visit, address, any_page_name, known_looks):
    page = visit(f"{address}{any_page_name}.html", reduced_motion="reduce")
    axe = Axe()
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        if looks := page.evaluate(MARK_LOOKS, list(known_looks)):
            known_looks.update(looks)
            found.append((scheme, axe.run(page, context="[data-look]", options={"runOnly": COLOURS})))
    page.evaluate(PLAIN_LISTINGS)
    found.append(("", axe.run(page, options={"rules": {rule: {"enabled": False} for rule in COLOURS}})))
    violations = [
        f"{scheme} {rule['id']}: {' '.join(node['target'])}: {node['failureSummary']}"
        for scheme, results in found
        for rule in results.response["violations"]
        for node in rule["nodes"]
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
    # An excerpt may have no option, and then no comment either.
    assert not options or comments, where
    assert not comments & {colour for text, colour, _ in parts if text in options}, where
    return options


@pytest.mark.parametrize("values", [{}, {"account": "course", "mail": "me@example.org"}])
def test_a_block_that_is_not_near_is_as_high_as_when_it_is_seen(visit, address, page_names, values):
    """A phone lays it out when it comes near; until then, a link to what stands below it must not miss."""

    def keep(page):
        page.add_init_script(f"localStorage.setItem('your-cluster', '{json.dumps(values)}')")

    names = page_names if not values else ["content/first-job", "content/cities"]
    wrong, not_near = [], 0
    for name in names:
        page = visit(f"{address}{name}.html", keep, viewport=PHONE, is_mobile=True, has_touch=True)
        heights = page.evaluate(HEIGHTS)
        wrong += [(name, then, laid_out) for then, laid_out, _ in heights if then != laid_out]
        not_near += sum(not seen for *_, seen in heights)
    assert wrong == []
    assert not_near > len(names)


def test_a_folded_script_is_printed(new_page, address):
    """It is opened for the paper, and what fades in then would be printed before it is seen."""
    page = new_page()  # `visit` would unfold it, and let nothing fade in
    page.goto(f"{address}content/cities.html")
    page.emulate_media(media="print")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    box = page.locator(".toggle-details__container").first
    assert box.is_visible()
    assert box.evaluate("box => getComputedStyle(box).animationName") == "none"


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
def folded(new_page, address):
    """folded(name) is a new page of the site on which nothing was unfolded."""

    def open_page(name):
        page = new_page()
        page.goto(f"{address}{name}", wait_until="load")
        return page

    return open_page


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("content/collect", "python-collection-py--3-60"),  # in a folded listing
        ("content/cities", "solutions-python-long-code-for-index-py-66"),  # in a folded solution
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
def test_nothing_moves_when_the_pictures_arrive(new_page, address, site, width):
    """The first page is read before its pictures are there; they come late, one after the other."""
    wanted = len(site.soup("index").select("article img"))
    page = new_page(viewport={"width": width, "height": 740})
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
