"""What a reader fills in stands in listings, commands, copies and downloads, and nothing else ever does."""

import html
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from docutils import nodes
from hostile import VALUES as HOSTILE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extensions.your_cluster import load, patterns

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
SCRIPT = load(ROOT / "code/python/your_cluster.py")
PATTERNS = patterns(SCRIPT)
VALUES = {
    "account": "course",
    "partition": "night",
    "qos": "regular",
    "constraint": "cpu",
    "mail": "me@example.org",
    "module": "module load apptainer/1.3.5",
    "runtime": "singularity",
    "before": "source env/bin/activate",
    "folder": "/scratch/course",
}
PAGE = "content/first-job"
FILE = "code/slurm/scikit_example/submit_job.sh"
LISTING = "#slurm-scikit-example-submit-job-sh pre"
FORM = "#your-cluster-form"
OFFER = "#your-cluster-offer"
# What is copied and read of a block, and how many elements the page has: markup would be more.
LOOK = """() => {
    const text = block => {
        const copy = block.cloneNode(true);
        copy.querySelectorAll(".linenos").forEach(number => number.remove());
        return copy.textContent;
    };
    return [[...document.querySelectorAll("pre")].map(text).join("\\f"), document.querySelectorAll("*").length];
}"""
# Each value as if the browser had kept it, or as if a link brought it, with what the page shows then.
TRY = """([way, tries]) => {
    const look = LOOK;
    const stored = value => {
        localStorage.setItem("your-cluster", value);
        window.dispatchEvent(new Event("storage"));
    };
    return tries.map(one => {
        if (way == "stored") {
            stored(JSON.stringify(one));
        } else if (way == "raw") {
            stored(one);
        } else if (way == "link") {
            history.replaceState(null, "", "#your-cluster?" + new URLSearchParams(one));
            window.dispatchEvent(new Event("hashchange"));
        } else {
            const form = document.querySelector("#your-cluster-form form");
            document.querySelector(".your-cluster-button").click();
            for (const [name, value] of Object.entries(one)) form.elements[name].value = value;
            form.dispatchEvent(new Event("input"));
            form.requestSubmit(form.querySelector("[value=save]"));
            document.querySelector("#your-cluster-form").close();
        }
        const open = [...document.querySelectorAll("dialog[open]")].map(one => one.id).join();
        document.querySelectorAll("dialog[open]").forEach(one => one.close());
        return [...look(), open, localStorage.getItem("your-cluster"), location.hash];
    });
}""".replace("LOOK", LOOK)


def fill(found):
    """The batch script as it must be shown with what was found somewhere: of that, only what fits."""
    kept = {
        name: value
        for name, value in found.items()
        if name in PATTERNS and isinstance(value, str) and re.fullmatch(PATTERNS[name], value)
    }
    return SCRIPT.fill((ROOT / FILE).read_text(), kept)


@pytest.fixture
def page(visit, address):
    """A page with a batch script and commands, by a reader who has filled in nothing."""
    return visit(f"{address}{PAGE}.html")


@pytest.fixture
def filled(visit, address):
    """filled(name, values) is a page whose reader has filled these in before."""

    def go(name, values=VALUES, **options):
        page = visit(f"{address}404.html", **options)
        page.evaluate("text => localStorage.setItem('your-cluster', text)", json.dumps(values))
        page.goto(f"{address}{name}.html")
        return page

    return go


def listing(page):
    """The batch script as the page shows it."""
    place = "[...document.querySelectorAll('pre')].indexOf(block)"
    return page.locator(LISTING).evaluate(f"block => ({LOOK})()[0].split('\\f')[{place}]")


def test_there_are_many_hostile_values():
    assert len(HOSTILE) >= 500
    assert [(name, one) for name, pattern in PATTERNS.items() for one in HOSTILE if re.fullmatch(pattern, one)] == []


@pytest.mark.parametrize("way", ["stored", "raw", "link", "form"])
def test_a_hostile_value_changes_nothing(page, way):
    """Not in any field, not as all that was kept: the page is as before, and no box is open but the form's own."""
    before = page.evaluate(LOOK)
    tries = HOSTILE if way == "raw" else [dict.fromkeys(PATTERNS, value) for value in HOSTILE]
    if way == "form":  # a field takes out the ends of lines, and blanks around a value are no part of it
        tries = [one for one in tries if not any(re.fullmatch(f"|{PATTERNS[n]}", typed(one[n])) for n in one)]
    assert len(tries) >= 500
    wrong = [
        (one, said)
        for one, (*look, box, kept, fragment) in zip(tries, page.evaluate(TRY, [way, tries]), strict=True)
        if (said := [look == before, box, fragment, way != "form" or kept]) != [True, "", "", way != "form" or None]
    ]
    assert wrong == []
    assert page.evaluate("window.hit") is None


def typed(value):
    """What is left of a value in a field."""
    return re.sub(r"[\r\n]", "", value).strip("\t\v\f \xa0\ufeff\u2000\u2028\u2029\u202f")


def test_what_is_kept_and_no_values_at_all_changes_nothing(page):
    before = page.evaluate(LOOK)
    odd = ["null", "[]", "7", '"account"', "{", "", '{"account": 7}', '{"account": ["a"]}', '{"account": {"a": "b"}}']
    odd += ['{"__proto__": {"account": "course"}}', '{"constructor": "course"}', '{"accounts": "course"}', '["course"]']
    for one, (*look, box, _, _) in zip(odd, page.evaluate(TRY, ["raw", odd]), strict=True):
        assert (look, box) == (before, ""), one


TEXTS = st.one_of(st.text(), *(st.from_regex(pattern, fullmatch=True) for pattern in PATTERNS.values()))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.dictionaries(st.one_of(st.sampled_from(sorted(PATTERNS)), st.text()), TEXTS, max_size=9))
def test_what_is_kept_is_shown_where_it_fits_and_nowhere_else(page, found):
    """For whatever text: the listing is what the script of the bundle makes of the file."""
    page.evaluate(TRY, ["stored", [found]])
    assert listing(page) == fill(found)


def test_a_page_shows_what_was_filled_in_before_and_only_the_places_differ(filled, page):
    new = filled(PAGE)
    assert listing(new) == fill(VALUES)
    shown = new.evaluate(LOOK)[0]
    options = "--account=course --partition=night --qos=regular --constraint=cpu"
    assert f"$ sbatch {options} slurm/scikit_example/submit_job.sh\n" in shown
    assert "$ cd /scratch/course/notebook-to-cluster\n" in shown
    assert "$ module load apptainer/1.3.5 && alias python='singularity exec knn.sif python'\n" in shown
    new.evaluate("document.querySelectorAll('.place').forEach(place => place.remove())")
    page.evaluate("document.querySelectorAll('.place').forEach(place => place.remove())")
    assert new.evaluate(LOOK)[0] == page.evaluate(LOOK)[0]


def test_without_javascript_the_files_are_as_they_are(visit, address):
    page = visit(f"{address}{PAGE}.html", java_script_enabled=False)
    assert listing(page) == (ROOT / FILE).read_text()
    assert not page.locator(".your-cluster-button").is_visible()
    assert page.locator(f"{LISTING} .place").first.evaluate("place => getComputedStyle(place).textDecorationLine") == (
        "underline"
    )


def test_numbers_and_highlights_stay_at_their_lines(filled, visit, address):
    """A line that a value adds has no number, and is not highlighted."""
    look = """() => [...document.querySelectorAll(".highlight pre span[id]")].map(line => [line.id,
        line.querySelector(".linenos")?.textContent, Boolean(line.querySelector(".hll") || line.closest(".hll"))])"""
    for name in ("content/array-jobs", "content/dependencies"):
        before = visit(f"{address}{name}.html").evaluate(look)
        assert filled(name).evaluate(look) == before and any(light for *_, light in before)


def files_on(doctree, name):
    """The batch scripts that a page shows whole: path and id."""
    for block in doctree(name).findall(nodes.literal_block):
        if "listing" in block and block["listing"].file.endswith(".sh"):
            text = (ROOT / block["listing"].file).read_text()
            if len(block["listing"].numbers) == len(text.splitlines()):
                yield block["listing"].file, block["listing"].anchor


@pytest.mark.parametrize("name", ["content/first-job", "content/speed", "content/array-jobs", "content/pitfalls"])
def test_what_is_shown_copied_and_downloaded_is_what_the_script_writes(copied, filled, doctree, name):
    page = filled(name, accept_downloads=True, permissions=["clipboard-read", "clipboard-write"])
    page.wait_for_function("() => document.querySelector('.copy-button')")
    found = list(files_on(doctree, name))
    assert found
    for file, anchor in found:
        wanted = SCRIPT.fill((ROOT / file).read_text(), VALUES)
        assert copied(page.locator(f"#{anchor} .copy-button")) == wanted.rstrip("\n"), file
        with page.expect_download() as download:
            page.locator(f"#{anchor} a[data-places]").evaluate("link => link.click()")
        assert download.value.suggested_filename == Path(file).name
        assert Path(download.value.path()).read_text() == wanted, file


def test_a_command_is_copied_with_its_values(copied, filled):
    page = filled(PAGE, permissions=["clipboard-read", "clipboard-write"])
    page.wait_for_function("() => document.querySelector('.copy-button')")
    assert copied(page.locator(".copy-button").first).splitlines() == [
        "cd /scratch/course/notebook-to-cluster",
        "module load apptainer/1.3.5 && alias python='singularity exec knn.sif python'",
    ]


def test_without_values_a_file_is_downloaded_as_it_is(page):
    with page.expect_download() as download:
        page.locator(f"a[data-places][href$='{Path(FILE).name}']").first.click()
    assert Path(download.value.path()).read_text() == (ROOT / FILE).read_text()


def test_the_command_for_the_unpacked_folder_has_all_values(filled):
    text = filled("content/your-cluster").evaluate(LOOK)[0]
    [command] = re.findall(r"^\$ (python3 python/your_cluster.py slurm solutions .*)$", text, re.M)
    given = {name: value for name, value in VALUES.items() if name != "folder"}
    options = " ".join(f"--{n}='{v}'" for n, v in given.items())
    assert command == f"python3 python/your_cluster.py slurm solutions {options}"


def test_it_needs_no_mouse_and_one_key_clears(page):
    place = page.locator(f"{LISTING} .place[data-site=account]")
    place.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "account"
    page.keyboard.type("course")
    page.keyboard.press("Tab")
    page.keyboard.type("night")
    page.keyboard.press("Enter")
    assert listing(page) == fill({"account": "course", "partition": "night"})
    assert page.evaluate("document.activeElement.dataset.site") == "account", "the focus comes back"
    page.reload()
    assert listing(page) == fill({"account": "course", "partition": "night"})
    page.locator(f"{LISTING} .place[data-site=account]").focus()
    page.keyboard.press(" ")
    assert page.locator(FORM).is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(FORM).is_visible()
    page.locator(".your-cluster-button").click()
    page.get_by_role("button", name="Clear all").click()
    assert listing(page) == (ROOT / FILE).read_text()
    assert page.evaluate("localStorage.getItem('your-cluster')") is None


# Each listing with its mail address, and where the nearest place above it stands that is there without values.
ABOVE = {(PAGE, LISTING): LISTING, ("content/array-jobs", "#slurm-index-arithmetic-sh pre"): ".your-cluster-button"}


@pytest.mark.parametrize(("name", "block"), ABOVE)
@pytest.mark.parametrize("button", ["Clear all", "Cancel", "Save"])
def test_the_focus_goes_to_the_nearest_place_when_the_line_is_gone(filled, name, block, button):
    page = filled(name, {"mail": "me@example.org"})
    page.locator(f"{block} .place[data-site=mail]").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=button).click()
    page.wait_for_function(f"() => !document.querySelector('{FORM}').contains(document.activeElement)")
    wanted = ABOVE[name, block] if button == "Clear all" else ".place[data-site=mail]"
    assert page.evaluate("where => document.activeElement.closest(where) != null", wanted)
    page.keyboard.press("Enter")
    assert page.locator(FORM).is_visible()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account", "abc@v100"),
        ("mail", "first.last+hpc@uni.example.org"),
        ("before", "source .venv/bin/activate"),
        ("before", "source /opt/conda/etc/profile.d/conda.sh && conda activate knn"),
        ("folder", "/scratch/course/$USER"),
    ],
)
def test_what_sites_want_is_taken(filled, name, value):
    page = filled("content/your-cluster", {name: value})
    assert value in page.evaluate("[...document.querySelectorAll('pre')].map(block => block.textContent).join()")


def test_what_can_not_be_used_is_named_and_nothing_is_saved(page):
    page.locator(".your-cluster-button").click()
    field = page.get_by_label("partition")
    field.fill("night --wrap=date")
    assert page.locator(f"{FORM} [role=alert]").inner_text() == "This can't be used: partition."
    assert field.get_attribute("aria-invalid") == "true"
    page.keyboard.press("Enter")
    assert page.locator(FORM).is_visible()
    assert page.evaluate("localStorage.getItem('your-cluster')") is None
    assert not page.locator(f"{FORM} .link").is_visible(), "the link would not have it"
    field.fill("night")
    assert page.locator(f"{FORM} [role=alert]").inner_text() == ""
    assert page.locator(f"{FORM} .link").is_visible()


def test_what_a_site_fills_in_is_there_until_the_reader_says_otherwise(visit, address):
    """A site that is built with a preset: its values are shown, and come back when all is cleared."""
    site = {"partition": "small", "module": "module load apptainer"}

    def preset(page):
        def answer(route):
            said = html.escape(json.dumps(site))
            body = route.fetch().text()
            assert "data-preset='{}'" in body, "the practice cluster wants nothing"
            route.fulfill(body=body.replace("data-preset='{}'", f'data-preset="{said}"'), content_type="text/html")

        page.route(f"**/{PAGE}.html", answer)

    page = visit(f"{address}{PAGE}.html", preset)
    assert listing(page) == fill(site)
    page.locator(".your-cluster-button").click()
    page.get_by_label("account").fill("course")
    page.get_by_label("partition").fill("")
    page.keyboard.press("Enter")
    assert listing(page) == fill({"account": "course", "module": site["module"]})
    page.locator(".your-cluster-button").click()
    page.get_by_role("button", name="Clear all").click()
    assert listing(page) == fill(site)


LINK = {"account": "course", "partition": "night", "module": "module load a;date", "mail": "me@example.org"}


@pytest.mark.parametrize("button", ["Refuse", "Accept", None])
def test_a_link_shows_what_it_would_set_and_sets_nothing_by_itself(visit, address, button):
    page = visit(f"{address}{PAGE}.html#your-cluster?{urlencode(LINK)}")
    assert page.locator(f"{OFFER} li").all_inner_texts() == [
        "account: course",
        "partition: night",
        "mail: me@example.org",
        "module: what the link says can't be used",
    ]
    assert page.url == f"{address}{PAGE}.html", "the address still has the values"
    assert listing(page) == (ROOT / FILE).read_text()
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("document.activeElement.value") == "refuse"
    page.get_by_role("button", name=button).click() if button else page.keyboard.press("Escape")
    assert listing(page) == fill(LINK if button == "Accept" else {})
    assert page.evaluate("localStorage.length") == (button == "Accept")


@pytest.mark.parametrize(
    ("fragment", "said"),
    [
        ("partition=a+b", ["partition: what the link says can't be used"]),
        (
            "module=date&x=y&account=%24(date)",
            ["account: what the link says can't be used; module: what the link says can't be used"],
        ),
        ("", []),
        ("x=y&mail=", []),
    ],
)
def test_a_link_of_which_nothing_fits_says_so_in_one_line(visit, address, fragment, said):
    heard = []

    def listen(page):
        page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))

    page = visit(f"{address}{PAGE}.html#your-cluster?{fragment}", listen)
    assert heard == said
    assert page.url == f"{address}{PAGE}.html" and not page.locator(OFFER).is_visible()
    assert listing(page) == (ROOT / FILE).read_text() and page.evaluate("localStorage.length") == 0


def test_what_a_link_does_not_name_stays(filled):
    page = filled(PAGE, {"account": "mine", "runtime": "singularity"})
    page.evaluate("location.hash = '#your-cluster?account=course'")
    assert page.locator(f"{OFFER} li").all_inner_texts() == ["account: course, now mine", "runtime: stays singularity"]
    page.get_by_role("button", name="Accept").click()
    assert listing(page) == fill({"account": "course", "runtime": "singularity"})


def test_the_form_gives_the_link_without_the_mail_address(filled, visit):
    page = filled(PAGE)
    page.locator(".your-cluster-button").click()
    link = page.evaluate(f"document.querySelector('{FORM} .link').href")
    assert "example.org" not in link and "%40" not in link
    other = visit(link)
    other.get_by_role("button", name="Accept").click()
    assert listing(other) == fill({name: value for name, value in VALUES.items() if name != "mail"})


def test_broken_links_are_no_error(visit, address):
    complaints = []
    for fragment in ("#your-cluster?account=%E0%A4%A", "#your-cluster?", "#your-cluster?account=" + "a" * 5000):
        page = visit(
            f"{address}{PAGE}.html{fragment}", lambda page: page.on("pageerror", lambda error: complaints.append(error))
        )
        assert not page.locator(OFFER).is_visible() and listing(page) == (ROOT / FILE).read_text()
    assert complaints == []


@pytest.mark.parametrize("box", ["form", "offer"])
def test_everybody_can_use_it(filled, box):
    for width in (1280, 360):
        page = filled(PAGE, viewport={"width": width, "height": 740}, reduced_motion="reduce")
        if box == "form":
            page.locator(".your-cluster-button").click()
            page.get_by_label("account").fill("a b")
        else:
            page.evaluate("location.hash = '#your-cluster?account=a'")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]}).response
            assert [(one["id"], node["target"]) for one in found["violations"] for node in one["nodes"]] == []
        edge = page.evaluate(f"document.querySelector('#your-cluster-{box}').getBoundingClientRect().right")
        assert edge <= width


def test_filled_places_can_be_read_in_light_and_dark(filled):
    page = filled(PAGE, reduced_motion="reduce")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, context=LISTING, options={"runOnly": ["color-contrast"]}).response
        assert [node["target"] for one in found["violations"] for node in one["nodes"]] == []


PIECE = 1500  # bytes


@pytest.fixture
def slowly(site):
    """The address of the site from a server that sends a page piece by piece, and says when it may be painted."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = site.folder / self.path.partition("?")[0].lstrip("/")
            body = path.read_bytes()
            kinds = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}
            self.send_response(200)
            self.send_header("Content-Type", kinds.get(path.suffix, "image/svg+xml"))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for start in range(0, len(body), PIECE):
                self.wfile.write(body[start : start + PIECE])
                if path.suffix == ".html":
                    time.sleep(0.02)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


WATCH = """
localStorage.setItem("your-cluster", %s);
window.frames_ = [];
window.moved = [];
new PerformanceObserver(list => moved.push(...list.getEntries().map(entry => entry.value)))
    .observe({type: "layout-shift", buffered: true});
const look = () => {
    const places = [...document.querySelectorAll(".place")];
    // What is seen in this frame, but for the last place, of which only a half may have come.
    frames_.push([places.length, places.slice(0, -1).filter(place => !place.classList.contains("filled")).length]);
    requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def test_nobody_sees_the_page_unfilled_and_nothing_moves(new_page, slowly):
    """The page comes in pieces, and is painted in between: in no frame is there an empty place."""
    page = new_page()
    page.add_init_script(WATCH % json.dumps(json.dumps(VALUES)))
    page.goto(f"{slowly}{PAGE}.html")
    frames = page.evaluate("frames_")
    counts = {count for count, _ in frames}
    assert len(counts) > 2, "the page came in one piece"
    assert [empty for _, empty in frames if empty] == []
    assert listing(page) == fill(VALUES)
    assert sum(page.evaluate("moved")) < 0.02


def test_the_script_is_small():
    assert (ROOT / "static/your_cluster.js").stat().st_size < 7600
