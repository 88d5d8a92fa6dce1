"""The calculator says what the page's formula says, to whoever has a keyboard; without JavaScript, it isn't there."""

import csv
import math
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.engine

MEASURED = Path(__file__).resolve().parents[2] / "content/measured/speed.csv"
NAMES = ("runs", "seconds", "start", "atOnce", "least")
# As somebody does it who types: a value, and then the next field.
FILL = """values => {
    const form = document.querySelector("form.calculator");
    for (const [name, value] of Object.entries(values)) {
        form.elements[name].value = value;
        form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
    }
    return Object.fromEntries([...form.querySelectorAll("output")].map(output => [output.name, output.textContent]));
}"""
FORM = "form.calculator"


def formula(runs, seconds, start, at_once, least):
    """Return what the page says in words: (size, tasks, wall time, core time of start-ups), times in seconds."""
    size = min(max(math.ceil((60 * least - start) / seconds), 1), runs)
    tasks = math.ceil(runs / size)
    rounds = math.ceil(tasks / at_once)
    return size, tasks, rounds * (start + size * seconds), tasks * start


def spoken(text):
    """Return the seconds of a time as the calculator says it."""
    parts = re.fullmatch(r"(?:(\d+) h ?)?(?:(\d+) min ?)?(?:(\d+) s)?", text)
    assert parts and text, text
    return sum(int(number or 0) * unit for number, unit in zip(parts.groups(), (3600, 60, 1), strict=True))


@pytest.fixture
def page(visit, address):
    """The page with the calculator."""
    return visit(f"{address}content/speed.html")


NUMBERS = st.tuples(
    st.integers(1, 10**6),
    st.integers(1, 10**7).map(lambda number: number / 1000),
    st.integers(0, 10**6).map(lambda number: number / 1000),
    st.integers(1, 10**4),
    st.integers(1, 10**4),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=NUMBERS)
@example(numbers=(10_000, 20, 4, 40, 30))
def test_it_says_what_the_formula_says(page, numbers):
    said = page.evaluate(FILL, dict(zip(NAMES, map(str, numbers), strict=True)))
    size, tasks, wall, waste = formula(*numbers)
    assert (int(said["size"]), int(said["tasks"])) == (size, tasks)
    assert spoken(said["wall"]) == pytest.approx(wall, abs=0.51)
    assert spoken(said["waste"]) == pytest.approx(waste, abs=0.51)


def test_the_example_of_the_page_is_what_it_begins_with(page):
    said = page.evaluate(FILL, {})
    text = " ".join(page.locator("article").inner_text().split())
    size, tasks, wall, waste = formula(10_000, 20, 4, 40, 30)
    assert f"= {size} runs in a task, {tasks} tasks, 3 rounds" in text and f"= {wall} seconds" in text
    assert f"take {waste} seconds" in text
    assert (said["size"], said["tasks"]) == (str(size), str(tasks))
    assert (spoken(said["wall"]), spoken(said["waste"])) == (wall, waste)
    _, _, wall, waste = formula(10_000, 20, 4, 40, 0.001)
    assert f"would be {wall} seconds" in text and f"would take {waste:,} seconds" in text


def test_the_formula_tells_the_heavy_arrays_that_were_measured():
    with open(MEASURED, newline="", encoding="utf-8") as file:
        rows = {(row["workload"], int(row["jobs or tasks"].split()[0])): row for row in csv.DictReader(file)}
    # What one run a task takes more of the cores than all in one job is the start-ups of the tasks that are more.
    one, many = (float(rows["heavy", tasks]["core time"]) for tasks in (2, 35))
    start = (many - one) / (35 - 2)
    run = (one - 2 * start) / 35
    for tasks, size in ((35, 1), (7, 5), (2, 18)):
        measured = float(rows["heavy", tasks]["wall time"])
        told = formula(35, run, start, 2, (start + (size - 0.5) * run) / 60)
        assert told[:2] == (size, tasks)
        assert told[2] == pytest.approx(measured, rel=0.25), (tasks, told)


def test_it_needs_no_mouse(page):
    page.locator(FORM).locator("input").first.focus()
    for value in ("100", "60", "10", "5", "10"):
        page.keyboard.press("Control+A")
        page.keyboard.type(value)
        page.keyboard.press("Tab")
    page.locator("input[name=least]").focus()
    page.keyboard.press("Enter")
    assert page.locator("output[name=size]").inner_text() == str(formula(100, 60, 10, 5, 10)[0])
    assert page.locator("output[name=wall]").inner_text() == "20 min 20 s"


@pytest.mark.parametrize("wrong", ["", "0", "-1", "1.5", "many"])
def test_no_number_is_no_answer(page, wrong):
    page.locator("input[name=runs]").focus()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.type(wrong)
    assert page.locator("output[name=tasks]").inner_text() == ""
    assert "Each field needs a number" in page.locator(f"{FORM} [role=alert]").inner_text()
    page.keyboard.press("Control+A")
    page.keyboard.type("7")
    assert page.locator("output[name=tasks]").inner_text() == "1"
    assert page.locator(f"{FORM} [role=alert]").inner_text() == ""


def test_without_javascript_the_formula_is_left(visit, address):
    page = visit(f"{address}content/speed.html", java_script_enabled=False)
    assert not page.locator(FORM).is_visible()
    assert "runs in a task = (least \N{MINUS SIGN} start) / run" in page.locator("article").inner_text()


def test_no_other_page_loads_its_script(site, page_name):
    page = (site.folder / f"{page_name}.html").parent
    scripts = [(page / tag["src"].partition("?")[0]).read_text() for tag in site.soup(page_name).select("script[src]")]
    loaded = any("form.calculator" in text for text in scripts)
    assert loaded == (page_name == "content/speed")
