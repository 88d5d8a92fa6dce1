"""Places for a reader's values are where they belong and change nothing shown; a site's own values are checked."""

import html
import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.errors import ConfigError

from extensions.your_cluster import load, patterns, places_in_transcript, preset, weave, within
from walk.model import Transcript, parse

ROOT = Path(__file__).parents[2]
SCRIPT = load(ROOT / "code/python/your_cluster.py")
SUBMIT = """\
#!/bin/bash
#SBATCH --time=1

##SBATCH --account=PROJECT
set -e
apptainer exec knn.sif true
"""
CONF = f"""
extensions = ["myst_parser", "walk.directives", "extensions.listing", "extensions.slurm", "extensions.your_cluster"]
listing_root = "code"
your_cluster_script = "{ROOT}/code/python/your_cluster.py"
your_cluster_site = "{ROOT}/sites/practice.toml"
"""


def shown(markup):
    """The places of a page: (name, what is shown, before, after)."""
    found = re.findall(r'<span class="place"([^>]*)>([^<]*)</span>', markup)
    data = [(dict(re.findall(r'data-(\w+)="([^"]*)"', said)), text) for said, text in found]
    assert all(html.unescape(one.get("empty", "")) == html.unescape(text) for one, text in data)
    return [(one["site"], text, one.get("before", ""), one.get("after", "")) for one, text in data]


def text_of(markup):
    """What a browser shows of the block in a page."""
    pre = re.search(r"<pre>(.*?)</pre>", markup, re.DOTALL)[1]
    return html.unescape(re.sub("<[^>]*>", "", re.sub(r'<span class="linenos">[^<]*</span>', "", pre)))


@pytest.fixture
def page(project):
    """page(markdown) builds a page, and returns it; slurm/submit.sh is there."""
    project.write("conf.py", CONF)
    project.write("code/slurm/submit.sh", SUBMIT)

    def build(markdown):
        assert project.page(markdown) == ""
        return project.html()

    return build


@pytest.mark.parametrize("numbers", ["", ":linenos:\n"])
def test_a_listing_has_its_places_and_is_the_file(page, numbers):
    markup = page(f"```{{literalinclude}} /code/slurm/submit.sh\n:language: slurm\n{numbers}```\n")
    assert text_of(markup) == SUBMIT
    assert shown(markup) == [
        ("account", "##SBATCH --account=PROJECT", "#SBATCH --account=", ""),
        ("partition", "", "#SBATCH --partition=", "&#10;"),
        ("qos", "", "#SBATCH --qos=", "&#10;"),
        ("constraint", "", "#SBATCH --constraint=", "&#10;"),
        ("mail", "", "#SBATCH --mail-user=", " --mail-type=END,FAIL&#10;"),
        ("before", "", "", " || exit 1&#10;"),
        ("runtime", "apptainer", "", ""),
    ]
    assert ('<span class="added-line"><span class="linenos"> </span>' in markup) == bool(numbers)


def test_a_part_of_a_listing_has_those_that_are_in_it(page):
    markup = page("```{literalinclude} /code/slurm/submit.sh\n:language: slurm\n:start-at: set -e\n```\n")
    assert [name for name, *_ in shown(markup)] == ["runtime"]
    assert text_of(markup) == "set -e\napptainer exec knn.sif true\n"


@pytest.mark.parametrize(
    ("command", "options"),
    [("    apptainer", ":start-at: apptainer\n:dedent: 4\n"), ("\t\tapptainer", ":tab-width: 4\n")],
)
def test_places_are_where_a_line_has_them_as_it_is_shown(project, page, command, options):
    (project.source / "code/slurm/submit.sh").write_text(SUBMIT.replace("apptainer", command))
    markup = page(f"```{{literalinclude}} /code/slurm/submit.sh\n:language: slurm\n{options}```\n")
    assert shown(markup)[-1] == ("runtime", "apptainer", "", "")


@pytest.mark.parametrize(("encoding", "newline"), [("utf-8-sig", "\n"), ("utf-8", "\r\n")])
def test_a_mark_at_the_beginning_and_other_ends_of_lines_change_no_place(project, page, encoding, newline):
    (project.source / "code/slurm/submit.sh").write_text(SUBMIT, encoding=encoding, newline=newline)
    markup = page("```{literalinclude} /code/slurm/submit.sh\n:language: slurm\n```\n")
    assert text_of(markup) == SUBMIT
    assert [text for _, text, *_ in shown(markup) if text] == ["##SBATCH --account=PROJECT", "apptainer"]
    read = SUBMIT.replace("\n", newline)  # by the script in the browser
    assert downloads(markup) == [list(place) for place in SCRIPT.places(read)]


def test_a_batch_script_that_nobody_could_fill_in_ends_the_build(project, page):
    (project.source / "code/slurm/submit.sh").write_text(f"{SUBMIT}echo Grüße\n", encoding="latin-1")
    listing = "```{literalinclude} /code/slurm/submit.sh\n:language: slurm\n:encoding: latin-1\n```\n"
    warnings = project.page(listing)
    assert "index.md:3: WARNING: your_cluster: code/slurm/submit.sh is not in UTF-8" in warnings
    assert warnings.count("WARNING") == 1
    (project.source / "code/slurm/submit.sh").write_text("echo Grüße\n", encoding="latin-1")
    assert "echo" in page(listing)  # no batch script


@pytest.mark.parametrize("language", ["slurm", "bash"])
@pytest.mark.parametrize("changes", ["", ":changes-from: /code/old.sh\n:linenos:\n"])
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("before", "source env/bin/activate"),
        ("before", "source env/bin/activate || exit 1"),
        ("before", "source /opt/conda/etc/profile.d/conda.sh && conda activate mine"),
        ("module", "module load apptainer/1.4 gcc"),
    ],
)
def test_a_line_of_several_colours_is_a_place(project, page, language, changes, name, line):
    script = f"#!/bin/bash\n#SBATCH --mem=1G\n{line}\napptainer exec x y\n"
    project.write("code/slurm/submit.sh", script)
    project.write("code/old.sh", "#!/bin/bash\n")
    markup = page(f"```{{literalinclude}} /code/slurm/submit.sh\n:language: {language}\n{changes}```\n")
    assert text_of(markup) == script
    assert html.escape(line) in [text for found, text, *_ in shown(markup) if found == name]
    assert f"{line}\n" in BeautifulSoup(markup, "html.parser").find(id="slurm-submit-sh-3").get_text()


def test_a_listing_that_loses_characters_ends_the_build(project, page):
    project.write("conf.py", CONF + 'highlight_options = {"slurm": {"stripall": True}}\n')
    listing = "```{literalinclude} /code/slurm/submit.sh\n:language: slurm\n:start-after: time\n```\n"
    said = "your_cluster: what is shown is not the text of the block"
    assert f"index.md:3: WARNING: {said}" in project.page(listing)


def downloads(markup):
    """The places of the first link to a batch script."""
    return json.loads(html.unescape(re.search(r"<a data-places='([^']*)'", markup)[1]))


@pytest.mark.parametrize("file", ["/code/slurm/submit.sh", "code/slurm/submit.sh", "./code/../code/slurm/submit.sh"])
def test_a_link_to_a_batch_script_knows_its_places(page, file):
    markup = page(f"{{download}}`it <{file}>`\n")
    assert downloads(markup) == [list(place) for place in SCRIPT.places(SUBMIT)]


def test_a_link_from_a_folder_knows_its_places(project, page):
    project.write("content/a.md", "---\norphan: true\n---\n# A\n\n{download}`it <../code/slurm/submit.sh>`\n")
    page("Text.\n")
    assert downloads(project.html("content/a")) == [list(place) for place in SCRIPT.places(SUBMIT)]


def test_a_link_to_another_host_has_no_places(page):
    assert "data-places" not in page("{download}`it <https://example.org/install.sh>`\n")


@pytest.mark.parametrize("file", ["/code/gone.sh", "/code/gone.py"])
def test_a_link_to_nothing_ends_the_build_with_one_warning(project, page, file):
    warnings = project.page(f"{{download}}`it <{file}>`\n")
    assert "index.md:3: WARNING: download file not readable" in warnings and warnings.count("WARNING") == 1


def test_a_book_has_links_without_places(project, page):
    project.write("index.md", "# Title\n\n{download}`it </code/slurm/submit.sh>`\n")
    assert project.build(builder="singlehtml")[0] == ""
    assert "data-places" not in (project.folder / "singlehtml/index.html").read_text()


def test_a_command_takes_options(page):
    markup = page("```{transcript}\n$ id=$(sbatch --parsable a.sh)\n$ apptainer exec a b\nsbatch x\n```\n")
    assert shown(markup) == [
        ("account", "", " --account=", ""),
        ("partition", "", " --partition=", ""),
        ("qos", "", " --qos=", ""),
        ("constraint", "", " --constraint=", ""),
        ("runtime", "apptainer", "", ""),
    ]


def test_what_comes_before_a_command_is_not_in_its_prompt(page):
    """The copy button leaves out prompts."""
    markup = page("```{transcript}\n$ apptainer build a.sif a.def\n```\n")
    assert '<span class="gp">$ </span><span class="place" data-site="module" data-after=" &amp;&amp; ">' in markup


JOB = ["account", "partition", "qos", "constraint"]  # what each command takes that asks for a job


def names(command, where=False):
    """The names of the values that a command takes."""
    text = f"$ {command}\n"
    block = Transcript(page="p", line=1, text=text, commands=tuple(parse(text)), limit=1, compared=True, on_host=where)
    return [name for _, _, name, *_ in places_in_transcript(block, SCRIPT)]


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("sbatch a.sh", JOB),
        ("srun --time=5 hostname", JOB),
        ("salloc --time=10 srun hostname", JOB),  # the step is in the job
        ("a && sbatch b", JOB),
        ("sbatch --partition=gpu a.sh", ["account", "qos", "constraint"]),
        ("sbatch --account=nobody a.sh", ["partition", "qos", "constraint"]),
        ("sbatch --qos=a --constraint=b a.sh", ["account", "partition"]),
        ("srun --jobid=3 --overlap hostname", []),
        ("unset -f sbatch", []),
        ('sbatch() { command sbatch "$@"; }', []),
        ("echo sbatch a.sh", []),
        ("cat slurm/sbatch a", []),
        ("alias python='apptainer exec knn.sif python'", ["module", "runtime"]),
        ("apptainer build knn.sif container/singularity.def", ["module", "runtime"]),
        ("ls container/apptainer exec", []),
        ("cd ~/notebook-to-cluster", ["folder"]),
        ("python3 python/your_cluster.py slurm solutions", list(SCRIPT.PATTERNS)),
        ("python3 python/your_cluster.py slurm-copy", []),
    ],
)
def test_what_a_command_takes(command, wanted):
    assert names(command) == wanted
    assert names(command, where=True) == []


def test_a_place_leaves_the_colours_around_it():
    markup = "<div><pre><span></span><b>ab</b><i>cd</i>\n</pre></div>"
    place = '<span class="place" data-site="account" data-empty="{}">{}</span>'
    for first, last, wanted in [
        (1, 3, f"<b>a</b>{place.format('bc', 'bc')}<i>d</i>"),
        (0, 3, f"{place.format('abc', 'abc')}<i>d</i>"),
        (1, 4, f"<b>a</b>{place.format('bcd', 'bcd')}"),
        (0, 1, f"<b>{place.format('a', 'a')}b</b><i>cd</i>"),
    ]:
        woven = weave(markup, [(first, last, "account", "", "")], "abcd\n")
        assert woven == f"<div><pre><span></span>{wanted}\n</pre></div>"


def test_a_place_that_is_not_shown_is_an_error():
    markup = "<div><pre><span></span><b>ab</b><i>cd</i>\n</pre></div>"
    with pytest.raises(ValueError, match="mail: its place is not in what is shown"):
        weave(markup, [(9, 9, "mail", "", "")], "abcd\n")


def test_places_are_counted_from_the_first_line_that_is_shown():
    text = "one\ntwo\nthree\n"
    places = [(0, 3, "a", "", ""), (4, 4, "b", "", ""), (4, 7, "c", "", ""), (14, 14, "d", "", "")]
    assert within(places, text, range(1, 2)) == [(0, 3, "a", "", ""), (4, 4, "b", "", "")]
    assert within(places, text, range(2, 4)) == [(0, 3, "c", "", ""), (10, 10, "d", "", "")]


SITE = """\
name = "Here"
source = "https://example.org/slurm"
date = 2026-11-28
partitions = ["small"]
[values]
module = "module load apptainer"
"""


def test_a_site_fills_in_what_is_its_own(tmp_path):
    (tmp_path / "here.toml").write_text(SITE)
    assert preset(tmp_path / "here.toml", patterns(SCRIPT)) == {
        "name": "Here", "source": "https://example.org/slurm", "date": "2026-11-28",
        "partitions": ["small"], "values": {"module": "module load apptainer"},
    }  # fmt: skip


def test_a_page_knows_what_its_site_fills_in(project):
    site = project.write("here.toml", SITE)
    conf = CONF.replace(f"{ROOT}/sites/practice.toml", str(site))
    conf = f'{conf}html_theme = "furo"\ntemplates_path = ["{ROOT}/templates"]\n'
    project.write("conf.py", f'{conf}html_static_path = ["{ROOT}/static"]\n')
    assert project.page("Text.") == ""
    script = re.search(r"<script src=[^>]*data-preset[^>]*>", project.html())[0]
    assert """data-preset='{"module":"module load apptainer"}'""" in script
    assert '<option value="small">' in project.html()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"module load apptainer"', '"module load a; date"', "module can't be 'module load a; date'"),
        ('["small"]', '["small", "a b"]', "partition can't be 'a b'"),
        ("module =", "modul =", "modul can't be 'module load apptainer'"),
        ('source = "https://example.org/slurm"\n', "", "source is missing"),
        ("date = 2026-11-28\n", "", "date is missing"),
        ("https://example.org/slurm", "javascript:alert(1)", "source can't be 'javascript:alert(1)'"),
        ('"Here"', "Here", "Invalid value"),
        ("[values]", "[value]", "value is none of name, source, date, partitions, values"),
        ("partitions =", "partition =", "partition is none of"),
        ('["small"]', '"small"', "partitions can't be 'small'"),
        ('["small"]', "5", "partitions can't be 5"),
        ('["small"]', "[5]", "partition can't be 5"),
        ('"https://example.org/slurm"', "5", "source can't be 5"),
        ('"Here"', "5", "name can't be 5"),
        ('"Here"', '" "', "name is missing"),
        ("2026-11-28", '"soon"', "date can't be 'soon'"),
        ('[values]\nmodule = "module load apptainer"', 'values = ["x"]', "values can't be ['x']"),
        ('"module load apptainer"', "5", "module can't be 5"),
    ],
)
def test_a_site_that_says_what_can_not_be_is_refused(tmp_path, old, new, said):
    (tmp_path / "here.toml").write_text(SITE.replace(old, new))
    with pytest.raises(ConfigError, match=re.escape(said)):
        preset(tmp_path / "here.toml", patterns(SCRIPT))
    with pytest.raises(ConfigError, match="No such file"):
        preset(tmp_path / "nowhere.toml", patterns(SCRIPT))


@pytest.mark.parametrize("path", sorted((ROOT / "sites").glob("*.toml")), ids=lambda path: path.stem)
def test_each_site_is_right(path):
    assert preset(path, patterns(SCRIPT))["name"]
