"""Who has visited the lesson once reads all of it without a connection, and with one always what is new."""

import json

import pytest

ACTIVE = """async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active.state != "activated") {
        await new Promise(done => active.addEventListener("statechange", done, { once: true }));
    }
}"""
KEPT = """async () => {
    const cache = await caches.open((await navigator.serviceWorker.ready).scope);
    return (await cache.keys()).map(request => request.url);
}"""
# A new worker replaces the one that is there, and has forgotten what is old.
RENEWED = """async () => {
    const site = await navigator.serviceWorker.ready;
    const before = site.active;
    await site.update();
    while (site.active == before || site.active.state != "activated") {
        await new Promise(done => setTimeout(done, 20));
    }
}"""
SEEN = """() => ({
    styled: document.styleSheets.length > 0 && [...document.styleSheets].every(sheet => sheet.cssRules.length > 0),
    heading: document.querySelector("h1")?.firstChild.textContent,
    lost: [...document.images].filter(image => image.loading != "lazy" && !image.naturalWidth).map(image => image.src),
})"""


def listed(folder) -> list[str]:
    """The addresses that a built site's worker keeps, from the site's folder."""
    first, _, _ = (folder / "worker.js").read_text(encoding="utf-8").partition(";\n")
    return json.loads(first.removeprefix("const FILES = "))


def test_all_that_is_read_is_kept(site, page_names, generated_page_names):
    files = {address.partition("?")[0] for address in listed(site.folder)}
    assert {f"{name}.html" for name in page_names + generated_page_names} <= files
    wanted = {"_static/search.js", "_static/search_index.js", "_static/logo.svg"}
    for name in page_names:
        soup = site.soup(name)
        links = [tag["src"] for tag in soup.select("img[src], script[src]")]
        links += [tag["href"] for tag in soup.select("link[rel=stylesheet]")]
        wanted |= {link.partition("?")[0].removeprefix("../") for link in links}
    assert wanted <= files
    assert [name for name in files if not (site.folder / name).is_file()] == []


@pytest.fixture
def visited(new_page):
    """visited(url) is that page in a new browser, which has kept the lesson."""

    def visit_once(url):
        page = new_page(keeps=True)
        page.goto(url)
        page.evaluate(ACTIVE)
        return page

    return visit_once


@pytest.mark.engine
def test_after_one_visit_every_page_is_read_without_a_connection(visited, served, site, page_names):
    home = served(site.folder)
    page = visited(f"{home}content/array-jobs.html")
    served.hang_up()
    for name in page_names:
        page.goto(f"{home}{name}.html")
        seen = page.evaluate(SEEN)
        assert seen["styled"] and seen["lost"] == [], name
        assert seen["heading"] == site.soup(name).h1.contents[0], name
    page.goto(home)
    assert page.locator("h1").count() == 1
    page.focus(".sidebar-search")
    page.keyboard.type("--dependency")
    page.wait_for_function("() => document.querySelector('.search [role=status]').textContent.includes('place')")


@pytest.fixture
def edition(build_pages):
    """edition(text) is the folder of a site of two pages, the first one with this text."""
    head = "---\nmyst:\n  html_meta:\n    description: A page.\n---\n\n"
    contents = "```{toctree}\ncontent/other\n```\n"
    other = f"{head}# Other\n\nThe other page.\n"
    return lambda text: build_pages({"index": f"{head}# One\n\n{text}\n\n{contents}", "content/other": other})


@pytest.mark.engine
def test_what_is_new_is_seen_at_once_and_then_kept(visited, served, edition):
    home = served(edition("The first edition."))
    page = visited(home)
    folder = edition("The second edition.")
    page.goto(f"{home}index.html")
    assert "second edition" in page.inner_text("article")
    page.evaluate(RENEWED)
    assert sorted(page.evaluate(KEPT)) == sorted(home + name for name in listed(folder))
    served.hang_up()
    page.reload()
    assert "second edition" in page.inner_text("article")


@pytest.mark.engine
def test_what_is_kept_is_not_fetched_again(visited, served, edition):
    home = served(edition("The first edition."))
    page = visited(home)
    before = listed(edition("The second edition."))
    asked = []
    page.context.on("request", lambda request: asked.append(request.url.removeprefix(home)))
    page.evaluate(RENEWED)
    assert [name for name in asked if name.startswith("index.html?v=")]
    assert not [name for name in asked if name.startswith("content/other.html")]
    assert [name for name in before if name.startswith("content/other.html")]


@pytest.mark.engine
def test_a_half_kept_lesson_answers_for_nothing(new_page, served, edition):
    """A file is missing at the site: the reader sees the pages as ever, and the next visit tries again."""
    page = new_page(keeps=True)
    folder = edition("The first edition.")
    text = (folder / "content/other.html").read_bytes()
    (folder / "content/other.html").unlink()
    home = served(folder)
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(home)
    ended = page.evaluate(
        """async () => {
            const { installing } = await navigator.serviceWorker.register("worker.js");
            while (installing.state != "redundant" && installing.state != "activated") {
                await new Promise(done => installing.addEventListener("statechange", done, { once: true }));
            }
            return installing.state;
        }"""
    )
    assert ended == "redundant"
    assert errors == []
    (folder / "content/other.html").write_bytes(text)
    page.reload()
    page.evaluate(ACTIVE)
    served.hang_up()
    page.goto(f"{home}content/other.html")
    assert "other page" in page.inner_text("article")


@pytest.mark.engine
@pytest.mark.parametrize("keeps", [False, True], ids=["can't", "saves data"])
def test_a_browser_that_keeps_nothing_reads_as_ever(new_page, served, edition, keeps):
    page = new_page(keeps=keeps)
    page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(served(edition("The first edition.")))
    assert "first edition" in page.inner_text("article") and errors == []
    assert page.evaluate("navigator.serviceWorker?.getRegistrations().then(found => found.length) ?? 0") == 0
