"""The run with a checkpoint: whenever it is interrupted, its result is that of the run that was not."""

import json
import os
import signal
import time

import pytest
from bundle import HANG, snapshot

PLAIN = "python/scikit_example/cross_validate.py"
SCRIPT = "python/scikit_example/checkpoint/cross_validate.py"
SMALL = {"N_NEIGHBORS": [1, 64], "N_FOLDS": 3}
CHECKPOINT = "cv/a.checkpoint.json"


@pytest.fixture
def whole(learner, call):
    """The bytes that the script without a checkpoint writes for four repetitions."""
    assert call(PLAIN, "cosine", 4, "cv/whole.json", constants=SMALL)[0] == 0
    return (learner.folder / "cv/whole.json").read_bytes()


def begins(out):
    return out.splitlines()[0]


@pytest.mark.parametrize("done", [1, 3])
def test_a_run_goes_on_where_it_was_interrupted(learner, call, monkeypatch, whole, done):
    left = [done]
    replace = os.replace

    def interrupted(old, new, **_):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        replace(old, new)

    monkeypatch.setattr(os, "replace", interrupted)
    assert call(SCRIPT, "cosine", 4, "cv/a.json", constants=SMALL)[0] > 0
    monkeypatch.undo()
    assert not (learner.folder / "cv/a.json").exists()
    code, out, err = call(SCRIPT, "cosine", 4, "cv/a.json", constants=SMALL)
    assert (code, begins(out), err) == (0, f"begins after {done} of 4 repetitions", "")
    assert (learner.folder / "cv/a.json").read_bytes() == whole


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on(learner, call):
    args = ("cosine", 40, "cv/a.json")
    process = learner.start(SCRIPT, *args, constants=SMALL)
    end = time.monotonic() + HANG
    while not (learner.folder / CHECKPOINT).exists() and time.monotonic() < end:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    assert learner.finish(process).returncode == -signal.SIGKILL
    assert not (learner.folder / "cv/a.json").exists()
    code, out, _ = call(SCRIPT, *args, constants=SMALL)
    assert code == 0 and begins(out) != "begins after 0 of 40 repetitions"
    call(PLAIN, "cosine", 40, "cv/whole.json", constants=SMALL)
    assert (learner.folder / "cv/a.json").read_bytes() == (learner.folder / "cv/whole.json").read_bytes()


def test_a_run_can_be_made_longer(learner, call, whole):
    assert begins(call(SCRIPT, "cosine", 2, "cv/a.json", constants=SMALL)[1]) == "begins after 0 of 2 repetitions"
    assert begins(call(SCRIPT, "cosine", 4, "cv/a.json", constants=SMALL)[1]) == "begins after 2 of 4 repetitions"
    assert (learner.folder / "cv/a.json").read_bytes() == whole


@pytest.fixture
def two(learner, call):
    """A checkpoint of two repetitions, and a result that is not to be lost."""
    assert call(SCRIPT, "cosine", 2, "cv/a.json", constants=SMALL)[0] == 0
    return learner.folder / CHECKPOINT


def test_a_run_that_is_done_is_not_done_again(learner, call, two):
    before = snapshot(learner.folder)
    assert call(SCRIPT, "cosine", 2, "cv/a.json", constants=SMALL)[1].splitlines() == [
        "begins after 2 of 2 repetitions",
        "wrote cv/a.json",
    ]
    assert snapshot(learner.folder) == before


@pytest.mark.parametrize(
    ("metric", "constants", "message"),
    [
        ("euclidean", {}, "metric is cosine, not euclidean"),
        ("cosine", {"N_NEIGHBORS": [1, 8]}, "n_neighbors is [1, 64], not [1, 8]"),
        ("cosine", {"COLUMNS": [2, 3]}, "columns is [0, 1], not [2, 3]"),
        ("cosine", {"N_FOLDS": 4}, "n_folds is 3, not 4"),
    ],
)
def test_a_checkpoint_of_other_parameters_is_refused(refusal, two, metric, constants, message):
    assert refusal(SCRIPT, metric, 3, "cv/a.json", constants=SMALL | constants) == f"{CHECKPOINT}: {message}"


def test_a_checkpoint_with_more_repetitions_is_refused(refusal, two):
    assert refusal(SCRIPT, "cosine", 1, "cv/a.json", constants=SMALL) == f"{CHECKPOINT} has 2 repetitions already"


DAMAGE = {
    "empty": lambda text: "",
    "half": lambda text: text[: len(text) // 2],
    "NULs": lambda text: "\0" * len(text),
    "no object": lambda text: "[1]",
    "no parameters": lambda text: text.replace("parameters", "parameter"),
    "a parameter less": lambda text: text.replace("n_folds", "folds"),
    "parameters of no kind": lambda text: json.dumps(json.loads(text) | {"parameters": 1}),
    "no repetitions": lambda text: text.replace("repetitions", "repetition"),
    "null for repetitions": lambda text: json.dumps(json.loads(text) | {"repetitions": None}),
    "an accuracy less": lambda text: json.dumps(json.loads(text) | {"repetitions": [[0.5, 0.5], [0.5]]}),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_checkpoint_is_refused(refusal, two, damage):
    two.write_text(DAMAGE[damage](two.read_text()))
    line = refusal(SCRIPT, "cosine", 3, "cv/a.json", constants=SMALL)
    assert line.startswith(f"{CHECKPOINT} is damaged, remove it to begin anew: ")


def test_no_repetition_is_one_line(refusal):
    assert refusal(SCRIPT, "cosine", 0, "a.json") == "REPETITIONS is at least 1, not 0"
