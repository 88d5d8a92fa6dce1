"""A sample of the mutants that only the walk can see: it kills them on a practice cluster."""

import pytest
from catalogue import WALK, read
from test_mutants import run

pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.slow]


def test_the_walk_kills_the_mutants_of_the_first_page(may_start_cluster):
    chosen = [mutant.name for mutant in read() if (mutant.check, mutant.page) == (WALK, "content/notebook")]
    done = run(*chosen)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(chosen)} mutants: {len(chosen)} killed, 0 survived" in done.stdout


ELSEWHERE = r"""
[[mutant]]
name = "the page before it is red"
kind = "a value"
file = "content/notebook.md"
page = "content/notebook-to-script"
check = "walk"
old = "$ ls\n"
new = "$ ls /\n"

[[mutant]]
name = "no cluster starts"
kind = "a value"
file = "cluster/practice-cluster"
page = "content/notebook"
check = "walk"
old = "#!/usr/bin/env python3\n"
new = "#!/usr/bin/env python3\nraise SystemExit('no cluster today')\n"
"""


def test_a_walk_that_is_red_elsewhere_kills_no_mutant(may_start_cluster, tmp_path):
    (tmp_path / "one.toml").write_text(ELSEWHERE)
    done = run("--mutants", tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "2 mutants: 0 killed, 0 survived, 2 elsewhere" in done.stdout
    assert "content/notebook.md:" in done.stdout and "no cluster today" in done.stdout
