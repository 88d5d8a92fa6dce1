"""Without Java nobody has checked an ePub, and that is an error. What EpubCheck finds, `make book` sees."""

from book import check_epub


def test_without_java(tmp_path, monkeypatch, capsys):
    (tmp_path / "book.epub").write_text("")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert check_epub.main([str(tmp_path / "book.epub")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "there is no Java" in said


def test_without_a_file(tmp_path, capsys):
    assert check_epub.main([str(tmp_path / "book.epub")]) == 2
    assert capsys.readouterr().err.startswith("usage: ")
