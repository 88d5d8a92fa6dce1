"""What can't be printed is said in one line, and an older PDF stays. What Chromium prints, `make book` looks at."""

import pytest

from book import print_pdf

NUMBER = '<a class="page-number reference internal" href="#{}">{}</a>'


def test_numbers_are_written_into_their_places_only():
    html = f'<a href="#a">A</a> {NUMBER.format("a", "")} {NUMBER.format("b", "")}'
    filled = print_pdf.fill_in(html, {"a": 7, "b": 12, "c": 13})
    assert filled == f'<a href="#a">A</a> {NUMBER.format("a", 7)} {NUMBER.format("b", 12)}'


def test_a_link_that_leads_nowhere_is_named():
    with pytest.raises(print_pdf.Wrong, match=r"^these links lead nowhere: #b, #c$"):
        print_pdf.fill_in('<a href="#a">A</a><a href="#c">C</a><a href="#b">B</a>', {"a": 1})


@pytest.fixture
def fails(tmp_path, monkeypatch, capsys):
    """fails(script) is what is said when Chromium is this shell script, or is not there."""

    def call(script=None):
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        monkeypatch.setattr(print_pdf, "BROWSERS", ("browser-of-the-test",))
        if script:
            browser = tmp_path / "browser-of-the-test"
            browser.write_text(f"#!/bin/sh\n{script}\n")
            browser.chmod(0o755)
        (tmp_path / "page.html").write_text("<p>Text.")
        (tmp_path / "book.pdf").write_text("older")
        before = sorted(tmp_path.iterdir())
        assert print_pdf.main([str(tmp_path / "page.html"), str(tmp_path / "book.pdf")]) == 1
        assert (tmp_path / "book.pdf").read_text() == "older"
        assert sorted(tmp_path.iterdir()) == before
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and said.startswith("print_pdf: ")
        return said

    return call


PRINTS = 'for word; do case $word in --print-to-pdf=*) echo "{}" > "${{word#*=}}";; esac; done'


def test_no_browser(fails):
    assert "there is no Chromium" in fails()


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo all >&2; echo is lost >&2; exit 3", "it ended with 3, and said last: is lost"),
        ("exit 0", "it ended with 0, and said last: nothing"),
        (PRINTS.format("no PDF"), "what Chromium has printed is no PDF"),
    ],
)
def test_a_browser_that_fails(fails, script, says):
    assert says in fails(script)


def test_wrong_arguments(capsys):
    assert print_pdf.main([]) == 2
    assert capsys.readouterr().err.startswith("usage: ")
