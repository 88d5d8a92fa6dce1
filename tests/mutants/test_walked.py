"""A sample of the mutants that only the walk can see: it kills them on a practice cluster."""

import shutil

import pytest
from catalogue import FOLDER, WALK, read
from test_mutants import run

pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.slow]
NO_CLUSTER = """
[[mutant]]
name = "no cluster starts"
kind = "a value"
file = "cluster/practice-cluster"
page = "index"
check = "walk"
old = '#!/usr/bin/env python3'
new = '''#!/usr/bin/env python3
raise SystemExit("no cluster today")'''
"""


def test_the_walk_kills_the_mutants_of_the_first_page(may_start_cluster, tmp_path):
    """A walk that is red because there is no cluster kills none."""
    shutil.copy(FOLDER / "index.toml", tmp_path)
    count = sum(mutant.check == WALK for mutant in read(tmp_path))
    (tmp_path / "more.toml").write_text(NO_CLUSTER)
    done = run("--mutants", tmp_path, "--jobs=2", WALK)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{count + 1} mutants: {count} killed, 0 survived, 1 elsewhere" in done.stdout
    assert "wanted: walk names index; got, from walk:\n    FAILED" in done.stdout
    assert "no cluster today" in done.stdout
