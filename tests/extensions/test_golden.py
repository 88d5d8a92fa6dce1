"""What each directive and role, also of the walk, makes of a page with all its options is as recorded in golden/.

After a change that is meant: `GOLDEN=write pytest tests/extensions/test_golden.py`, and look at the difference.
"""

import os
from pathlib import Path

import pytest
from docutils import nodes

from extensions.listing import ListingDirective
from walk.directives import EditDirective, ForShowDirective, TranscriptDirective

# sphinx-exercise 1.2.1 uses what Sphinx 11 will not have.
pytestmark = pytest.mark.filterwarnings("ignore::sphinx.deprecation.RemovedInSphinx11Warning")

GOLDEN = Path(__file__).parent / "golden"
CONF = """
extensions = ["myst_parser", "sphinx_exercise", "walk.directives"]
myst_enable_extensions = ["colon_fence"]
checks_program = "code/check.py"
extensions += [f"extensions.{name}" for name in ("checks", "counts", "lines", "listing", "schedule")]
listing_root = "code"
listing_steps = {"next.py": "step.py"}
from extensions.counts import Column, Constant, Product, Rows
counts = {
    "metrics": Constant("code/step.py", "METRICS"),
    "countries": Column("code/cities.csv", "Country"),
    "cities": Rows("code/cities.csv"),
    "runs": Product(("metrics", "cities")),
}
"""
FILES = {
    "code/step.py": 'METRICS = ["a", "b"]\nimport os\n\n\ndef main():\n    print(os.name)\n',
    "code/next.py": 'METRICS = ["a", "b"]\n\n\ndef main():\n    # why\n    for one in METRICS:\n        print(one)\n',
    "code/check.py": 'EXERCISES = {"one": {"title": "First", "minutes": 5, "answers": 2}}\n',
    "code/cities.csv": "City,Country\nA,X\nB,X\nC,Y\n",
}
LISTING = "```{literalinclude} /code/next.py\n:language: python\n"
PAGES = {
    "literalinclude": f"{LISTING}```\n",
    "literalinclude-options": f"""{LISTING}:caption: the *main* part
:class: wide
:dedent: 0
:encoding: utf-8
:force:
:linenos:
:name: the-main-part
:pyobject: main
:start-at: def
:end-at: print
:tab-width: 4
```

{LISTING}:start-after: METRICS =
:end-before: print
```
""",
    "literalinclude-changes": f"""{LISTING}:changes-from:
:show-diff:
```

{LISTING}:changes-from: /code/step.py
:pyobject: main
```
""",
    "lines": f"""## In {{lines}}`main <next.py>`

{LISTING}```

{{lines}}`main`, {{lines}}`for one`, {{lines}}`METRICS = ... def main`
""",
    "count": "{count}`metrics`, {count}`Countries`, {count}`cities`, {count}`runs`\n",
    "counted": "{counted}`--array={cities:range} {cities} {cities:last}`\n",
    "check": "{check}`one`\n",
    "exercises": ":::{exercise} First\n:label: ex-one\n\nDo.\n:::\n\n```{exercises}\n```\n",
    "schedule": "**Time:** about 10 minutes\n\n```{schedule} 20\nindex\n5 Break\n```\n",
    "transcript": """```{transcript}
:exit: 0 2
:limit: 60
:output: shown
:where: machine
:slurm: 24.11-
$ echo a \\
    b
a b
$ ls nowhere
...
ls: cannot access 'nowhere': No such file or directory
```

```{transcript}
$ true
```
""",
    "edit": """```{edit} next.py
:result: code/step.py
 def main():
-    # why
...
-        print(one)
+    print(os.name)
```
""",
    "for-show": """```{for-show} python
:reason: nobody has that file
open("nowhere")
```
""",
}
DIRECTIVES = (ListingDirective, TranscriptDirective, EditDirective, ForShowDirective)


@pytest.mark.parametrize("name", PAGES)
def test_it_is_as_recorded(project, name):
    project.write("conf.py", CONF)
    for file, text in FILES.items():
        project.write(file, text)
    assert project.page(PAGES[name]) == ""
    tree = project.doctree()
    for node in tree.findall(nodes.Element):
        node.attributes.pop("translation_progress", None)
    text = tree.pformat().replace(str(project.source), "SOURCE")
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_every_recording_belongs_to_a_page():
    assert {path.stem for path in GOLDEN.iterdir()} == PAGES.keys()


@pytest.mark.parametrize("directive", DIRECTIVES)
def test_every_option_is_documented_and_recorded(directive):
    assert directive.option_spec
    for option in directive.option_spec:
        assert option in directive.__doc__
        assert any(f":{option}:" in page for page in PAGES.values()), option
