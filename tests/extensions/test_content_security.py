"""Each page allows what its own templates have written into it, and nothing else."""

import base64
import hashlib
import html
import re

import pytest

from extensions.content_security import policy

CONF = 'extensions = ["myst_parser", "extensions.content_security"]\nhtml_theme = "furo"\n'


def sha(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_scripts_and_styles_in_the_page_are_allowed_by_their_checksums():
    said = policy('<style>b {}</style><script>\n a("ä");\n</script><script src="x.js"></script><style>b {}</style>')
    rules = dict(rule.split(" ", 1) for rule in said.split("; "))
    assert rules["script-src"] == f"'self' {sha(chr(10) + ' a(' + chr(34) + 'ä' + chr(34) + ');' + chr(10))}"
    assert rules["style-src"] == f"'self' {sha('b {}')}"
    assert rules["default-src"] == "'self'" and rules["object-src"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in said


def policies(page):
    return [html.unescape(one) for one in re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)]


def test_each_page_has_its_policy_once_before_anything_is_loaded(project):
    project.write("conf.py", CONF)
    for text in ("Text.", "Another text."):  # the second time, the search page is not written anew
        assert project.page(text) == ""
        for name in ("index", "search", "genindex"):
            page = project.html(name)
            [said] = policies(page)
            assert page.index("Content-Security-Policy") < min(map(page.index, ("<script", "<link", "<style")))
            assert said == policy(page)


def test_it_can_be_left_out(project):
    """For `make live`, which writes a script of its own into each page that it serves."""
    project.write("conf.py", f"{CONF}content_security = False\n")
    assert project.page("Text.") == ""
    assert policies(project.html()) == []


def test_other_formats_have_none(project):
    project.write("conf.py", CONF)
    project.write("index.md", "# Title\n\nText.\n")
    assert project.build(builder="text")[0] == ""


@pytest.mark.parametrize("extension", ["content_security", "one_file"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_what_a_reader_downloads_is_no_page(project, extension, encoding):
    """A report that a learner's program reads or a browser opens must be the file that the author wrote."""
    project.write("conf.py", f'extensions = ["myst_parser", "extensions.{extension}"]\n')
    report = '<html>\n  <head>\n    <meta charset="utf-8">\n  </head>\n\n  <p>Grüße</p>\n</html>\n'.encode(encoding)
    project.write("report.html", "").write_bytes(report)
    for _ in range(2):
        assert project.page("{download}`a report <report.html>`\n") == ""
        [copy] = (project.folder / "html/_downloads").rglob("report.html")
        assert copy.read_bytes() == report
