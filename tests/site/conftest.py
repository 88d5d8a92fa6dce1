"""The built site, served on this machine as its public home serves it, and a browser to look at it."""

import fcntl
import pickle
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browsing import HANG, KEEPS_NOTHING, PAGES, SOURCES, serving, started
from bs4 import BeautifulSoup

from book.print_pdf import BROWSERS

LESSONS = [name for name in PAGES if name != "index"]  # each teaches a step of its own
GENERATED = ["404", "search"]
# What fades in is measured when it is there, on a slow machine too. Nothing is waited for: where scripts are turned
# off, nobody says that a style is loaded, and Playwright's own add_style_tag waits for that without an end. The site's
# security policy allows no style that a script writes into the page, and a sheet of rules is none.
AT_REST = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
    document.adoptedStyleSheets.push(sheet);
    document.querySelectorAll("details").forEach(details => details.open = true);
    document.querySelectorAll("button.toggle-button-hidden").forEach(button => button.click());
}"""


def pytest_generate_tests(metafunc):
    """Makes one test a page: a `lesson_name` is a page that teaches, a `page_name` one with a source."""
    for fixture, names in {"lesson_name": LESSONS, "page_name": PAGES, "any_page_name": PAGES + GENERATED}.items():
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, names)


def build(source: Path, target: Path, doctrees: Path) -> None:
    """Builds a site with our conf.py; fails the test with Sphinx's own words."""
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-b", "html"]
    command += ["-c", SOURCES, "-d", doctrees, source, target]
    done = subprocess.run(command, cwd=SOURCES, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(
            doctrees, ignore_errors=True
        )  # or the next build would not read, and not warn of, this page again
        pytest.fail(f"the site can't be built:\n{done.stderr}", pytrace=False)


class Site:
    """A built site: `folder` on the disk, `home` its public address, `soup(name)` a page of it, parsed."""

    def __init__(self, folder: Path):
        self.folder = folder
        locations = ET.parse(folder / "sitemap.xml").getroot().iterfind("{*}url/{*}loc")
        self.sitemap = [location.text for location in locations]
        self.home = next(url for url in self.sitemap if url.endswith("/index.html")).removesuffix("index.html")
        self.prefix = urlsplit(self.home).path
        self._soups = {}
        self._ids = {}

    def soup(self, name: str) -> BeautifulSoup:
        """The page `name`, as "content/array-jobs"."""
        if name not in self._soups:
            text = (self.folder / f"{name}.html").read_text(encoding="utf-8")
            self._soups[name] = BeautifulSoup(text, "html.parser")
        return self._soups[name]

    def ids(self, name: str) -> Counter[str]:
        """The ids of the page `name`, and how often each is there."""
        if name not in self._ids:
            self._ids[name] = Counter(tag["id"] for tag in self.soup(name).find_all(id=True))
        return self._ids[name]


@pytest.fixture(scope="session")
def site(testrun_uid) -> Site:
    """The project's site, built as `make html` builds it from the sources as they are now."""
    made = SOURCES / "_build"
    made.mkdir(exist_ok=True)
    # pytest-xdist runs several workers: the first builds, and the others don't touch what it already reads.
    with (made / "site-of-test-run").open("a+") as record:
        fcntl.flock(record, fcntl.LOCK_EX)
        record.seek(0)
        if record.read() != testrun_uid:
            build(SOURCES, made / "html", made / "doctrees")
            record.truncate(0)
            record.write(testrun_uid)
            record.flush()
    return Site(made / "html")


@pytest.fixture(scope="session")
def doctree(site):
    """doctree(name) is what Sphinx read of that page."""

    def load(name):
        return pickle.loads((site.folder.parent / "doctrees" / f"{name}.doctree").read_bytes())

    return load


class Handler(SimpleHTTPRequestHandler):
    """Serves a site below its public path, and 404.html for what isn't there, as GitHub Pages does."""

    def __init__(self, *arguments, site: Site):
        self.site = site
        super().__init__(*arguments, directory=site.folder)

    def translate_path(self, path):
        """The file of an address; one that can't be there for all that is outside the site's path."""
        if not path.startswith(self.site.prefix):
            path = "/no-such-file"
        return super().translate_path(path.removeprefix(self.site.prefix.rstrip("/")))

    def send_error(self, code, message=None, explain=None):
        """Answers with the site's own page where a file is missing."""
        body = (self.site.folder / "404.html").read_bytes()
        self.send_response(code, message)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Says nothing."""


def serve(site: Site):
    """Serves a site on the loopback interface while the generator is held; gives its address, with a / at the end."""
    with serving(lambda *arguments: Handler(*arguments, site=site)) as address:
        yield address + site.prefix


@pytest.fixture(scope="session")
def address(site):
    """Where the project's site is served."""
    yield from serve(site)


@pytest.fixture(scope="session")
def browser(need):
    """One headless Chromium of the system's."""
    executable = need(*BROWSERS)
    if sys.platform == "linux":
        need("libatomic.so.1")  # Playwright's own program is linked with it
    with started(executable) as browser:
        yield browser


@pytest.fixture
def new_page(browser):
    """new_page(**options) is an empty page in a new browser context (its options: Playwright's).

    It keeps the lesson for when there is no connection, which takes a second, only if `keeps` is true.
    """
    contexts = []

    def open_page(keeps=False, **options):
        contexts.append(browser.new_context(**options))
        if not keeps:
            contexts[-1].add_init_script(KEEPS_NOTHING)
        contexts[-1].set_default_timeout(HANG)
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def visit(new_page):
    """visit(url, **options) is that page in a new browser context (its options: Playwright's), everything unfolded."""

    def open_page(url, before=None, **options):
        page = new_page(**options)
        if before:
            before(page)
        page.goto(url)  # waits until all that the page names is loaded
        page.evaluate(AT_REST)
        return page

    return open_page


@pytest.fixture(scope="session")
def page_names() -> list[str]:
    """The names of all pages that have a source, as "content/array-jobs"."""
    return PAGES


@pytest.fixture(scope="session")
def generated_page_names() -> list[str]:
    """The names of the pages that Sphinx makes without a source."""
    return GENERATED


@pytest.fixture(scope="session")
def copied():
    """copied(button) is what a copy button puts on the clipboard; the page must be allowed to read that."""

    def press(button) -> str:
        # The button appears when the mouse is near; a click by script needs no mouse. It says when all is done.
        button.evaluate(
            """async button => {
                button.click();
                while (button.textContent == "Copy") await new Promise(requestAnimationFrame);
            }"""
        )
        return button.page.evaluate("navigator.clipboard.readText()")

    return press


@pytest.fixture
def served():
    """served(folder) is the address of that built site, until the test ends or calls served.hang_up()."""
    servers = []

    def start(folder: Path) -> str:
        servers.append(serve(Site(folder)))
        return next(servers[-1])

    def hang_up():
        while servers:
            servers.pop().close()

    start.hang_up = hang_up
    yield start
    hang_up()


@pytest.fixture
def build_pages(tmp_path):
    """build_pages({name: markdown}) is the folder of a site of these pages, built with our conf.py."""

    def make(pages: dict[str, str]) -> Path:
        for folder in ("code", "content"):
            (tmp_path / "source" / folder).mkdir(parents=True, exist_ok=True)
        for name, markdown in pages.items():
            (tmp_path / "source" / f"{name}.md").write_text(markdown, encoding="utf-8")
        build(tmp_path / "source", tmp_path / "html", tmp_path / "doctrees")
        return tmp_path / "html"

    return make


@pytest.fixture
def sample(served, build_pages):
    """sample(markdown) is the address of a site of that one page, built with our conf.py."""
    return lambda markdown: served(build_pages({"index": markdown}))
