"""The search answers while somebody types, with what stands on the pages, and loads nothing before."""

import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import Tag
from hostile import MARKUP, PROTOTYPE

FIELD = ".sidebar-search"
PHONE = {"width": 360, "height": 740}  # CSS pixels
LINKS = "() => [...document.querySelectorAll('.search li a')].map(link => link.href)"
# As somebody does it who types; the answer is there at once.
TYPE = """query => {
    const field = document.querySelector(".sidebar-search");
    field.value = query;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return [...document.querySelectorAll(".search li a")].map(link => link.href);
}"""
ANSWERED = "() => document.querySelector('.search [role=status]').textContent.includes('place')"
# What the browser marks on the page that a result leads to is unfolded, and on the screen.
SEEN = """() => [...CSS.highlights.get("found") ?? []].some(range => {
    const { top, bottom } = range.getBoundingClientRect();
    const shown = range.startContainer.parentElement.checkVisibility({ visibilityProperty: true });
    const frame = range.startContainer.parentElement.closest("pre") ?? document.body;
    const { left, right } = frame.getBoundingClientRect();
    const beside = range.getBoundingClientRect().left >= right || range.getBoundingClientRect().right <= left;
    return shown && !beside && top < bottom && top >= 0 && bottom <= innerHeight;
})"""


def letters(text: str) -> str:
    """A text without blanks, which a browser changes, and without what stands between two cells."""
    return "".join(text.replace("|", "").split())


def test_the_index_has_all_text_of_a_page(site, page_name):
    """Also what is folded; only what numbers and links are written by the theme is left out."""
    text = (site.folder / "_static/search_index.js").read_text(encoding="utf-8")
    pages = dict(json.loads(text.removeprefix("const SEARCH_INDEX = ").removesuffix(";\n")))
    places = pages[f"{page_name}.html"]
    assert all(site.ids(page_name)[place] == 1 for place, *_ in places)
    found = letters("".join(part for _, *parts in places for part in parts))
    article = site.soup(page_name).find("article")
    missing = []
    for block in article.select("h1, h2, h3, h4, p, pre, dt, td, th, .code-block-caption"):
        if shown := letters("".join(visible(block))):
            missing += [] if shown in found else [block.get_text()]
    assert missing == []


def visible(tag: Tag):
    """Give the text of a block that its source has."""
    for child in tag.children:
        if not isinstance(child, Tag):
            yield child
        elif not {"headerlink", "linenos", "caption-number"} & set(child.get("class", [])):
            yield from visible(child)


@pytest.fixture
def type_in(new_page, address, site):
    """type_in(query, **options) is a page on which that was typed and answered, in a new browser context."""

    def open_page(query, url=f"{address}content/array-jobs.html", **options):
        page = new_page(**options)
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(url)
        if not page.locator(FIELD).is_visible() or page.locator(FIELD).bounding_box()["x"] < 0:
            page.locator(".nav-overlay-icon").click()  # on a phone
            page.wait_for_function("() => document.querySelector('.sidebar-search').getBoundingClientRect().x >= 0")
        page.focus(FIELD)
        page.keyboard.type(query)
        page.wait_for_function(ANSWERED)
        return page

    return open_page


@pytest.mark.engine
def test_nothing_is_loaded_until_it_is_used(new_page, address):
    page = new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(address)))
    page.goto(f"{address}content/array-jobs.html")
    assert "content/array-jobs.html" in asked and not [url for url in asked if "search" in url]
    asked.clear()
    page.focus(FIELD)
    page.keyboard.type("array")
    page.wait_for_function(ANSWERED)
    assert asked == ["_static/search_index.js", "_static/search.js"]


@pytest.mark.engine
def test_what_is_found_first(type_in, address):
    """The page and the section that a reader wants, as it is written, also a part of a word or of a command."""
    page = type_in("array")
    for query, first in {
        "--dependency": "content/dependencies.html",
        "SLURM_ARRAY_TASK_ID": "content/array-jobs.html#what-slurm-does",
        "array_task": "content/array-jobs.html",
        "OUT_OF_MEMORY": "content/failures.html#out-of-memory",
        "out of memory": "content/failures.html#out-of-memory",
        "skipinitialspace": "content/collect.html",  # in a folded listing
        "unicodedata.normalize": "content/cities.html",  # in a folded solution
        "NODE": "content/glossary.html#term-node",
        "dependencies": "content/quick-reference.html#kinds-of-dependencies",
        "partitioned": "content/glossary.html#term-partition",  # which no page has
        "sacct --format=": "content/quick-reference.html#look",
    }.items():
        found, *_ = page.evaluate(TYPE, query)
        url = urlsplit(found)
        place = found.removeprefix(address).replace(f"?{url.query}", "")
        assert place.startswith(first), f"{query}: {place}"
        assert parse_qs(url.query)["highlight"][0] in query
        marks = page.locator(".search li:first-child mark").all_text_contents()
        assert {mark.lower() for mark in marks} <= {word.lower() for word in [query, *query.split(), "partition"]}
        assert marks
    for nothing in ("", " ", "a", "no_such_word", "array no_such_word"):
        assert page.evaluate(TYPE, nothing) == []
    assert not page.locator(".search ol").is_visible()


@pytest.mark.engine
@pytest.mark.parametrize(
    ("query", "same"),
    [("can't", "can\u2019t"), ("slurm\u2019s", "slurm's"), ("(sacct)", "sacct"), ('"job array"', "job array")],
)
def test_quotes_and_brackets_are_no_obstacle(type_in, query, same):
    page = type_in("array")
    places = [[urlsplit(link)._replace(query="") for link in page.evaluate(TYPE, text)] for text in (query, same)]
    assert places[0] and places[0] == places[1]


# How often a text is looked through for an answer.
LOOKS = """query => {
    const { matchAll } = String.prototype;
    let looks = 0;
    String.prototype.matchAll = function (...given) {
        looks += 1;
        return matchAll.apply(this, given);
    };
    (TYPE)(query);
    String.prototype.matchAll = matchAll;
    return looks;
}""".replace("TYPE", TYPE)


@pytest.mark.engine
def test_what_nothing_has_is_looked_for_once(type_in):
    page = type_in("array")
    once = page.evaluate(LOOKS, "array")
    assert page.evaluate(TYPE, "qxwj") == [] and page.evaluate(LOOKS, "qxwj") == once > 0
    assert page.evaluate(LOOKS, "(qxwj)") == 2 * once, "with the brackets, and without them"


@pytest.mark.engine
def test_a_query_stays_text(type_in, address):
    """Whatever is typed, and whatever a link brings."""
    page = type_in("array")
    page.evaluate("window.hit = 0; window.alert = () => window.hit++")
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    assert page.evaluate(TYPE, "<module>")  # Python says it in a traceback
    queries = ["<module>", *MARKUP, *PROTOTYPE, "a" * 10_000, "a " * 10_000]
    queries += ["(", "[", "a{2", "\\", ".*", "^", "(a+)+$", "\ud800", "\0", "\u0130i"]
    tags = f"""queries => queries.flatMap(query => {{
        ({TYPE})(query);
        return [...document.querySelectorAll(".search *")].map(one => one.localName);
    }})"""
    seen = set(page.evaluate(tags, queries))
    assert "mark" in seen and seen <= {"form", "input", "p", "ol", "li", "a", "strong", "span", "mark"}
    bad = "<img src=x onerror=alert(1)> array"
    page.goto(f"{address}search.html?{urlencode({'q': bad})}")
    page.wait_for_function("() => document.querySelector('.search-page [role=status]').textContent")
    assert page.input_value(".search-page input") == bad
    assert page.locator(".search-page :is(img, script)").count() == 0
    page.goto(f"{address}content/array-jobs.html?highlight=%3Cimg%3E(%5B#what-slurm-does")
    page.wait_for_function("() => !location.search")
    assert errors == [] and not page.evaluate("window.hit")


@pytest.mark.engine
def test_it_is_used_with_the_keyboard(type_in, address):
    """Arrows and Tab go through what was found, Escape closes it, and Enter has a page with all of it."""
    page = type_in("array")
    panel = page.locator(".search ol")
    where = "() => [...document.querySelectorAll('.search input, .search li a')].indexOf(document.activeElement)"
    assert panel.is_visible()
    places = []
    for key in ("ArrowDown", "ArrowDown", "Tab", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "Tab"):
        page.keyboard.press(key)
        places.append(page.evaluate(where))
    assert places == [1, 2, 3, 2, 1, 0, 0, 1]
    page.keyboard.press("Escape")
    assert not panel.is_visible() and page.evaluate(where) == 0 and page.input_value(FIELD) == "array"
    page.keyboard.press("End")
    page.keyboard.type(" limit")
    assert panel.is_visible()
    shown = page.evaluate(LINKS)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}search.html?q=array+limit")
    page.wait_for_function("() => document.querySelector('.search-page [role=status]').textContent")
    assert page.evaluate(LINKS)[: len(shown)] == shown
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.matches('.search-page input')")


@pytest.mark.engine
def test_a_result_leads_to_what_was_found(type_in, address):
    """What is folded around it is open, in a listing and in a solution; the address can be given to others."""
    page = type_in("skipinitialspace")
    for query, name in (("skipinitialspace", "collect"), ("unicodedata.normalize", "cities")):
        page.fill(FIELD, query)
        page.locator(".search li a").first.click()
        page.wait_for_url(f"{address}content/{name}.html*")
        page.wait_for_function(SEEN)
        assert "?" not in page.url
        page.focus(FIELD)
        page.keyboard.type("array")
        page.wait_for_function(ANSWERED)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("place", "words"),
    [("dependencies.html#an-id-that-nobody-knows", "--dependency"), ("array-jobs.html#while-an-array-runs", "%A_%a")],
)
def test_a_phone_shows_what_was_found_at_the_end_of_a_long_line(visit, address, place, words):
    name, _, section = place.partition("#")
    where = f"{address}content/{name}?{urlencode({'highlight': words})}#{section}"
    visit(where, viewport=PHONE, is_mobile=True, has_touch=True).wait_for_function(SEEN)


@pytest.mark.engine
def test_buttons_are_not_searched(visit, address):
    page = visit(f"{address}index.html?highlight=copy#get-the-files")
    page.wait_for_function(SEEN)
    found = page.evaluate("[...CSS.highlights.get('found')].map(one => one.startContainer.parentElement.localName)")
    assert found and "button" not in found


@pytest.mark.engine
def test_an_address_that_names_nothing_is_no_error(visit, address):
    errors = []
    page = visit(
        f"{address}content/array-jobs.html?highlight=array#50%",
        lambda page: page.on("pageerror", lambda error: errors.append(str(error))),
    )
    page.wait_for_function(SEEN)
    assert errors == []


@pytest.mark.engine
@pytest.mark.parametrize("width", [360, 960])
def test_the_keyboard_finds_it_where_the_contents_are_put_aside(visit, address, width):
    page = visit(f"{address}content/array-jobs.html", viewport={"width": width, "height": 740})
    page.keyboard.press("/")
    page.keyboard.type("sacct")
    page.wait_for_function(ANSWERED)
    for part in (FIELD, ".search ol"):
        box = page.locator(part).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width, part


@pytest.mark.engine
@pytest.mark.parametrize(("width", "height"), [(600, 360), (740, 360), (1280, 400), (360, 740)])
def test_there_is_room_for_what_was_found_in_a_low_window(new_page, address, width, height):
    """Also for who types while the contents slide in."""
    page = new_page(viewport={"width": width, "height": height})
    page.goto(f"{address}content/array-jobs.html")
    page.keyboard.press("/")
    page.keyboard.type("array")
    page.wait_for_function(ANSWERED)
    page.wait_for_function("() => document.querySelector('.sidebar-search').getBoundingClientRect().x >= 0")
    field, panel = (page.locator(part).bounding_box() for part in (FIELD, ".search ol"))
    assert panel["height"] >= 300 and panel["width"] >= 300
    assert panel["x"] >= 0 and panel["x"] + panel["width"] <= width and panel["y"] + panel["height"] <= height
    assert panel["x"] >= field["x"] + field["width"] or panel["y"] >= field["y"] + field["height"]


@pytest.mark.engine
def test_everybody_can_read_it_on_a_phone(type_in, address):
    """In the panel, and on the page of the search."""
    page = type_in("array", viewport=PHONE, reduced_motion="reduce")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        box = page.locator(".search ol").bounding_box()
        assert (
            box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"] and box["y"] + box["height"] <= PHONE["height"]
        )
        assert Axe().run(page, ".search").response["violations"] == []
    page.goto(f"{address}search.html?q=array")
    page.wait_for_function("() => document.querySelector('.search-page li')")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert Axe().run(page, "main, article").response["violations"] == []


@pytest.mark.engine
def test_from_a_disk_and_from_an_unknown_address(type_in, address, site):
    """Its files are found from wherever a page is."""
    page = type_in("--dependency", (site.folder / "content/array-jobs.html").as_uri())
    assert page.evaluate(LINKS)[0].startswith((site.folder / "content/dependencies.html").as_uri())
    page = type_in("--dependency", f"{address}a/b/nowhere.html")
    assert page.evaluate(LINKS)[0].startswith(f"{address}content/dependencies.html")


@pytest.mark.engine
def test_without_a_connection_it_says_so_and_tries_again(new_page, address):
    page = new_page()
    page.goto(f"{address}content/array-jobs.html")
    page.route("**/search_index.js", lambda route: route.abort())
    page.focus(FIELD)
    page.wait_for_function("() => document.querySelector('.search [role=status]').textContent.includes('connection')")
    page.unroute("**/search_index.js")
    page.evaluate("document.activeElement.blur()")
    page.focus(FIELD)
    page.keyboard.type("array")
    page.wait_for_function(ANSWERED)


@pytest.mark.engine
def test_without_javascript_its_page_says_so(new_page, address):
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}search.html?q=array")
    assert "needs JavaScript" in page.inner_text("article")
    assert not page.locator(".search-page").is_visible()
