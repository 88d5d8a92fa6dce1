"""Every run has a result of its own, the same one however the runs are divided; a piece that is empty is refused."""

import json

import pytest
from bundle import load, snapshot

SCRIPT = "python/speed/score.py"


def results(folder):
    """Return the results in a folder by the name of their file."""
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_the_results_are_the_same_however_the_runs_are_divided(learner, call):
    serial = call(SCRIPT, 0, 35, "serial")
    assert serial == (0, "runs 0 to 34 are in serial\n", "")
    for first in (0, 20):  # the second piece is shorter than it is asked to be
        assert call(SCRIPT, first, 20, "pieces")[0] == 0
    assert call(SCRIPT, 33, 2, "pieces", "--processes", 2) == (0, "runs 33 to 34 are in pieces\n", "")
    assert results(learner.folder / "serial") == results(learner.folder / "pieces")
    names = {f"scores_{index}.json" for index in range(35)}
    assert results(learner.folder / "serial").keys() == names


def test_they_are_what_the_collector_wants(learner, call):
    assert call(SCRIPT, 0, 35, "results")[0] == 0
    assert call("python/collection.py", "results", "scores.csv", "--expect", 35)[0] == 0
    header, first, *_ = (learner.folder / "scores.csv").read_text().splitlines()
    assert header == "index,n_neighbors,metric,accuracy"
    assert first.startswith("0,1,euclidean,0.")


def test_repetitions_are_averaged(learner, call):
    cross_validate = load(SCRIPT).cross_validate
    once, twice = (cross_validate(8, "cosine", repetitions) for repetitions in (1, 2))
    assert once != twice
    assert call(SCRIPT, 19, 1, "results", "--repetitions", 2)[0] == 0
    [run] = json.loads((learner.folder / "results/scores_19.json").read_text())["runs"]
    assert run == {"n_neighbors": 8, "metric": "cosine", "accuracy": twice}


WRONG = {
    "a run that there is not": ((35, 1, "results"), "no run 35: the 35 runs are 0 to 34"),
    "a run before the first": ((-1, 1, "results"), "argument FIRST: -1 is less than 0"),
    "nothing": ((0, 0, "results"), "argument SIZE: 0 is less than 1"),
    "no repetition": ((0, 1, "results", "--repetitions", 0), "argument --repetitions: 0 is less than 1"),
    "no process": ((0, 1, "results", "--processes", 0), "argument --processes: 0 is less than 1"),
    "no number": (("all", 1, "results"), "argument FIRST: invalid number value: 'all'"),
    "no folder": ((0, 1), "the following arguments are required: RESULTS"),
}


@pytest.mark.parametrize("arguments, said", WRONG.values(), ids=WRONG)
def test_what_would_be_no_run_is_refused(refusal, arguments, said):
    assert said in refusal(SCRIPT, *arguments)


def test_a_result_is_there_whole_or_not_at_all(learner, call):
    assert call(SCRIPT, 0, 2, "results")[0] == 0
    before = snapshot(learner.folder)
    learner.run(SCRIPT, 0, 2, "results", check=True)
    assert snapshot(learner.folder) == before
