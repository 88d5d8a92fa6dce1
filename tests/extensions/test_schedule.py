"""A timetable and a duration have the times of the pages themselves, and what takes too long ends the build."""

import pytest
from bs4 import BeautifulSoup

TIME = "# Page {0}\n\n:::{{note}}\n**Time:** about {1} minutes, or so.\n:::\n"


@pytest.fixture
def classroom(project):
    """A project with two pages that say their time, and one that does not."""
    conf = (project.source / "conf.py").read_text()
    project.write("conf.py", conf.replace('["myst_parser"', '["myst_parser", "extensions.schedule"'))
    conf = (project.source / "conf.py").read_text()
    project.write("conf.py", conf + 'myst_enable_extensions = ["colon_fence"]\n')
    for name, minutes in {"one": 20, "two": 30}.items():
        project.write(f"{name}.md", "---\norphan: true\n---\n\n" + TIME.format(name, minutes))
    project.write("none.md", "---\norphan: true\n---\n\n# None\n\nAbout 10 minutes.\n")
    return project


def rows(project):
    """The table of the page, a list of cells a row."""
    found = BeautifulSoup(project.html(), "html.parser").select("table.schedule tr")
    return [[cell.get_text().strip() for cell in row.select("th, td")] for row in found]


def test_it_adds_up(classroom):
    assert classroom.page("```{schedule} 80\n5 Welcome, all\none\n\n20 Break\ntwo\n```") == ""
    assert rows(classroom) == [
        ["begin", "minutes", "what"],
        ["0:00", "5", "Welcome, all"],
        ["0:05", "20", "Page one"],
        ["0:25", "20", "Break"],
        ["0:45", "30", "Page two"],
        ["1:15", "5", "Questions, and what took longer"],
    ]
    links = BeautifulSoup(classroom.html(), "html.parser").select("table.schedule a")
    assert [link["href"] for link in links] == ["one.html", "two.html"]


def test_a_comment_is_not_read(classroom):
    comment = "---\norphan: true\n---\n\n# Page one\n\n<!--\n**Time:** about 99 minutes\n-->\n\n"
    classroom.write("one.md", f"{comment}**Time:** about 20 minutes\n")
    assert classroom.page("```{schedule} 50\none\ntwo\n```") == ""
    classroom.write("one.md", comment)
    assert "schedule: one does not say its time" in classroom.build()[0]


def test_nothing_is_left(classroom):
    assert classroom.page("```{schedule} 50\none\ntwo\n```") == ""
    assert rows(classroom)[-1] == ["0:20", "30", "Page two"]


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("49\none\ntwo", "index.md:3: WARNING: schedule: takes 50 minutes, and there are 49"),
        ("90\none\nthree", "schedule: there is no page three"),
        ("90\none\nnone", "schedule: none does not say its time"),
        ("0\none", "schedule: negative or zero value"),
        ("hours\none", "schedule: invalid literal for int()"),
    ],
)
def test_what_can_not_be_is_one_line(classroom, schedule, said):
    warnings = classroom.page(f"```{{schedule}} {schedule}\n```")
    assert said in warnings
    assert warnings.strip().count("\n") == 0


def test_a_page_that_grows_is_noticed(classroom):
    assert classroom.page("```{schedule} 50\none\ntwo\n```") == ""
    classroom.write("two.md", "---\norphan: true\n---\n\n" + TIME.format("two", 31))
    warnings, read = classroom.build()
    assert "takes 51 minutes, and there are 50" in warnings
    assert sorted(read) == ["index", "two"]


CONTENTS = "```{toctree}\n:caption: All\n\none\ntwo\n```\n\n```{toctree}\n:caption: Half\n\ntwo\n```"


def durations(project):
    """What the durations of the page are."""
    return [one.get_text() for one in BeautifulSoup(project.html(), "html.parser").select("p .count")]


def test_a_duration_adds_up_what_stands_in_a_table_of_contents(classroom):
    said = "{duration}`All` and {duration}`Half`"
    assert classroom.page(f"{said}\n\n{CONTENTS}") == ""
    assert durations(classroom) == ["50 min", "30 min"]
    classroom.write("two.md", TIME.format("two", 100))
    warnings, read = classroom.build()
    assert (warnings, sorted(read)) == ("", ["index", "two"])
    assert durations(classroom) == ["2 h", "1 h 40 min"]


@pytest.mark.parametrize(
    ("caption", "said"),
    [
        ("None", "index.md:3: WARNING: duration: no table of contents on this page has the caption None"),
        ("Timeless", "index.md:3: WARNING: duration: none does not say its time"),
    ],
)
def test_a_duration_that_nobody_knows_is_one_line(classroom, caption, said):
    timeless = "```{toctree}\n:caption: Timeless\n\nnone\n```"
    warnings = classroom.page(f"{{duration}}`{caption}`\n\n{CONTENTS}\n\n{timeless}")
    assert said in warnings
    assert warnings.strip().count("\n") == 0
