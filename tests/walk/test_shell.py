"""A shell has a terminal, as a learner's has: what programs print for a person is what the walk reads."""

import os

import pytest

from walk.environments import HELD
from walk.shell import Shell


@pytest.fixture
def typed(tmp_path):
    """typed(command) types a command in a new folder; it returns the lines that came out."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "TERM": "dumb"}
    shell = Shell(HELD, cwd=str(tmp_path), env=environment)

    def type_it(command: str) -> list[str]:
        result = shell.type(command, 60)
        assert result.code == 0, result
        return result.lines

    yield type_it
    shell.close()


def test_it_is_a_terminal(typed):
    assert typed("test -t 0 && test -t 1 && test -t 2") == []
    assert typed("stty size") == ["24 100"]
    assert typed("echo $-")[0].count("i") == 1


def test_names_of_files_are_in_columns(typed):
    assert typed("touch loaf rolls buns") == []
    assert typed("ls") == ["buns  loaf  rolls"]
    assert typed("ls | cat") == ["buns", "loaf", "rolls"]


@pytest.mark.parametrize("change", ["PS1=x", "PS1='(bread) '$PS1", "PS2=more; PS1='\\w\\n$ '", "unset PS1"])
def test_another_prompt_does_no_harm(typed, change):
    assert typed(change) == []
    assert typed("echo bread") == ["bread"]
    assert typed("cat <<END\nbutter\nEND") == ["butter"]


def test_an_environment_of_python_is_activated(typed):
    typed("python3 -m venv --without-pip env")
    assert typed("source env/bin/activate") == []
    assert typed("echo ${VIRTUAL_ENV##*/}") == ["env"]
    assert typed("deactivate; echo $VIRTUAL_ENV") == []


@pytest.mark.parametrize(
    ("printed", "lines"),
    [
        (r"10%%\r 50%%\r100%%\n", ["100%"]),
        (r"10%%\r100%%\ndone\n", ["100%", "done"]),
        (r"10%%\r100%%\r\n", ["100%"]),
        (r"no end", ["no end"]),
        (r"a\n\nb  \n\n", ["a", "", "b"]),
        (r"loading...\rdone\n", ["doneing..."]),
        (r"loading...\r\033[Kdone\n", ["done"]),
        (r"loading...\033[2K\rdone\n", ["done"]),
        (r"loaf 9\b10\n", ["loaf 10"]),
        (r"\b\bloaf\b\n", ["loaf"]),
        (r"bread\b\b\033[1Ks\n", ["   sd"]),
        (r"\033[1mloaf\033[0m\t1\r\t\b2\n", ["loaf   21"]),
        (r"a\033[2Jb\n", ["a\x1b[2Jb"]),  # moves elsewhere: no page can show it
    ],
)
def test_what_a_terminal_shows_counts(typed, printed, lines):
    assert typed(f"printf '{printed}'") == lines


def test_what_is_typed_is_not_echoed_and_exit_codes_are_kept(typed):
    assert typed("cat <<'END'\na\n\nb\nEND") == ["a", "", "b"]
    assert typed("(exit 3) || echo $?") == ["3"]
    typed("false; true")


def test_a_long_text_can_be_typed(typed):
    text = "\n".join(["x" * 4000] * 50)
    assert typed(f"wc -c <<'END'\n{text}\nEND") == [str(len(text) + 1)]
