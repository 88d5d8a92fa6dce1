"""Each task draws a split of its own, the same one when it is repeated, and its file says from which numbers."""

import json

import numpy as np

SCRIPT = "python/seeds/own_seed.py"


def runs(learner, indices):
    for index in indices:
        [run] = json.loads((learner.folder / f"splits/split_{index}.json").read_text())["runs"]
        yield run


def test_each_task_has_numbers_of_its_own_that_come_again(learner, call):
    indices = range(6)
    said = [call(SCRIPT, "--param-index", index) for index in indices]
    first = list(runs(learner, indices))
    assert len(set(said)) == len({run["random_state"] for run in first}) == len(indices)
    assert [call(SCRIPT, "--param-index", index) for index in reversed(indices)] == said[::-1]
    assert list(runs(learner, indices)) == first


def test_the_file_says_what_the_split_was_drawn_from(learner, call):
    call(SCRIPT, "--param-index", 1)
    [run] = runs(learner, [1])
    assert run["seed"] == 42
    assert run["random_state"] == np.random.default_rng([1, run["seed"]]).integers(2**32)
    assert 0.5 < run["accuracy"] < 1


def test_two_arrays_of_neighbouring_seeds_share_no_task(learner, call):
    found = set()
    for seed in (42, 43):
        for index in range(3):
            call(SCRIPT, "--param-index", index, constants={"SEED": seed})
            found |= {run["random_state"] for run in runs(learner, [index])}
    assert len(found) == 6


def test_the_collector_takes_the_results(learner, call):
    for index in range(2):
        call(SCRIPT, "--param-index", index)
    assert call("python/collection.py", "splits", "splits.csv")[0] == 0
    assert (learner.folder / "splits.csv").read_text().startswith("index,seed,random_state,accuracy\n0,42,")
