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
