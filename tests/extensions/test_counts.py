"""Counts are read from code and data; a name that means nothing ends the build."""

import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from extensions.counts import Column, Constant, Number, Product, Rows, Unknown

CONF = """
from extensions.counts import Column, Constant, Product, Rows
counts = {
    "metrics": Constant("code/a.py", "METRICS"),
    "test flowers": Constant("code/a.py", "N_TEST"),
    "runs": Product(("metrics", "test flowers")),
    "countries": Column("code/b.csv", "Country"),
    "cities": Rows("code/b.csv"),
    "gone": Constant("code/gone.py", "X"),
    "nothing": Constant("code/a.py", "X"),
    "no Python": Constant("code/broken.py", "X"),
    "no table": Column("code/nul.csv", "Name"),
    "marked": Constant("code/marked.py", "X"),
    "marked rows": Column("code/marked.csv", "Name"),
    "of nothing": Product(("colours",)),
    "itself": Product(("itself",)),
    "twice": Constant("code/a.py", "TWICE"),
    "computed": Constant("code/a.py", "COMPUTED"),
    "no column": Column("code/b.csv", "Continent"),
}
"""


@pytest.fixture
def counted(project):
    """A project with things to count."""
    project.write("conf.py", (project.source / "conf.py").read_text() + CONF)
    project.write("code/a.py", 'METRICS = ["x", "y"]\nN_TEST = 50\nTWICE = 1\nTWICE = 2\nCOMPUTED = len("x")\n')
    project.write("code/b.csv", 'Name,Country\n"A, B",X\nC,X\nD,Y\n')
    project.write("code/broken.py", "X = \0\n")
    project.write("code/nul.csv", "Name\n" + "a" * 200_000 + "\n")
    for name, text in {"marked.py": "# -*- coding: utf-8 -*-\nX = 4\n", "marked.csv": "Name\na\nb\n"}.items():
        (project.source / "code" / name).write_text(text, encoding="utf-8-sig")
    return project


def shown(project):
    """The numbers on the page."""
    return [found.get_text() for found in BeautifulSoup(project.html(), "html.parser").select(".count")]


@pytest.mark.parametrize(
    ("role", "text"),
    [
        ("{count}`metrics`", "two"),
        ("{count}`Metrics`", "Two"),
        ("{count}`test flowers`", "50"),
        ("{count}`runs`", "100"),
        ("{count}`countries`", "two"),
        ("{count}`cities`", "three"),
        ("{count}`marked`", "four"),
        ("{count}`marked rows`", "two"),
        ("{counted}`--array={cities:range}`", "--array=0-2"),
        ("{counted}`--expect {cities}, {cities:last}`", "--expect 3, 2"),
    ],
)
def test_numbers_are_read(counted, role, text):
    assert counted.page(f"There: {role}.") == ""
    found = BeautifulSoup(counted.html(), "html.parser").select_one(".count")
    assert found.get_text() == text
    assert (found.name == "code") == role.startswith("{counted}")


@pytest.mark.parametrize(
    ("role", "complaint"),
    [
        ("{count}`colours`", "count: 'colours' is not in counts: metrics, test flowers"),
        ("{count}`gone`", "count: 'gone' can't be counted: "),
        ("{count}`nothing`", "count: code/a.py defines X 0 times"),
        ("{count}`no Python`", "count: 'no Python' can't be counted: "),
        ("{count}`no table`", "count: 'no table' can't be counted: field larger than field limit"),
        ("{count}`of nothing`", "count: 'of nothing' can't be counted: 'colours'"),
        ("{count}`itself`", "count: 'itself' can't be counted: "),
        ("{count}`twice`", "count: code/a.py defines TWICE 2 times"),
        ("{count}`computed`", "count: 'computed' can't be counted: "),
        ("{count}`no column`", "count: code/b.csv has no column Continent"),
        ("{counted}`0-6`", "counted: '0-6' has no {name} in it"),
        ("{counted}`{metrics:all}`", "counted: 'all' is neither range nor last"),
        ("{counted}`{metrics`", "counted: '{metrics': expected '}'"),
    ],
)
def test_what_cannot_be_counted_ends_the_build(counted, role, complaint):
    warnings = counted.page(f"There: {role}.")
    assert re.search(rf"index\.md:3: WARNING: {re.escape(complaint)}", warnings), warnings


@pytest.mark.parametrize(
    ("python", "number"),
    [
        ("X = 0", "no"),
        ("X = {'a': 1, 'b': 2}", "two"),
        ("X: list = ['a']", "one"),
        ("X = ['a', 'b']\nX.index('a'), X[0], len(X)\ndef f(X):\n    return X", "two"),
        ("X = ['a']\nX += ['b']", "changes X in line 2"),
        ("X = ['a']\nif X:\n    X.append('b')", "changes X in line 3"),
        ("X = {}\nX['a'] = 1", "changes X in line 2"),
        ("X = ['a']\ndel X[0]", "changes X in line 2"),
        ("X = ['a']\nfor X in []:\n    pass", "changes X in line 2"),
        ("X = ['a']\ndef f():\n    global X\n    X = []", "changes X in line 4"),
        ("X = 1\nX, Y = 2, 3", "changes X in line 2"),
        ("X = -1", "X is -1, which is no number of things"),
        ("X = True", "X is True, which is no number of things"),
        ("X = 0.5", "X is 0.5, which is no number of things"),
        ("X = 'euclidean'", "X is 'euclidean', which is no number of things"),
        ("X = None", "X is None, which is no number of things"),
    ],
)
def test_a_constant_is_counted_right_or_refused(counted, python, number):
    counted.write("code/a.py", python + "\n")
    warnings = counted.page("There: {count}`nothing`.")
    if " " in number:
        assert "index.md:3: WARNING: count: code/a.py" in warnings and number in warnings
    else:
        assert warnings == "" and shown(counted) == [number]


@pytest.mark.parametrize("row", ["C,", "C", "C,  "])
def test_a_cell_without_a_value_is_no_value(counted, row):
    counted.write("code/b.csv", f"Name,Country\nA,X\n\n{row}\n")
    said = "index.md:3: WARNING: count: code/b.csv has no Country in line 4"
    assert said in counted.page("There: {count}`countries`.")


@pytest.mark.parametrize("spec", ["range", "last"])
def test_nothing_has_no_indices(counted, spec):
    counted.write("code/b.csv", "Name,Country\n")
    said = f"index.md:3: WARNING: counted: 0 things have no {spec}"
    assert said in counted.page(f"There: {{counted}}`--array={{cities:{spec}}}`.")


@pytest.mark.parametrize(
    ("file", "text", "numbers"),
    [
        ("code/a.py", 'METRICS = ["x", "y", "z"]\nN_TEST = 1\n', ["three", "two"]),
        ("code/b.csv", "Country\nX\n", ["100", "one"]),
    ],
)
def test_a_page_is_built_anew_when_what_it_counts_changes(counted, file, text, numbers):
    counted.write("other.md", "---\norphan: true\n---\n# Other\n")
    assert counted.page("There: {count}`runs`, {count}`countries`.") == ""
    assert counted.build() == ("", [])
    assert shown(counted) == ["100", "two"]
    counted.write(file, text)
    assert counted.build() == ("", ["index"])
    assert shown(counted) == numbers


def test_a_page_is_built_anew_when_another_file_counts(counted):
    assert counted.page("There: {count}`cities`.") == ""
    counted.write("code/c.csv", "Name\nA\n")
    conf = (counted.source / "conf.py").read_text()
    counted.write("conf.py", conf.replace('Rows("code/b.csv")', 'Rows("code/c.csv")'))
    assert counted.build() == ("", ["index"])
    assert shown(counted) == ["one"]


@given(st.lists(st.integers() | st.text(max_size=3), min_size=1, max_size=40))
def test_a_constants_values_are_counted(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("constant")
    (folder / "a.py").write_text(f"A = {values!r}\nB = {len(values)}\n", encoding="utf-8")
    assert Constant("a.py", "A").read(folder, {}) == Constant("a.py", "B").read(folder, {}) == len(values)
    assert format(Number(len(values)), "range") == f"0-{len(values) - 1}"


def test_a_product_names_the_files_that_it_needs():
    counts = {"a": Rows("a.csv"), "b": Column("b.csv", "B"), "c": Product(("a", "b"))}
    assert Product(("c", "a")).files(counts) == ["a.csv", "b.csv", "a.csv"]


def test_a_spec_that_means_nothing_is_refused():
    with pytest.raises(Unknown):
        format(Number(3), "words")
