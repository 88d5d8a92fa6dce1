"""The run without a checkpoint: repeated cross-validation of one metric."""

import json

import pytest
from bundle import snapshot
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SCRIPT = "python/scikit_example/cross_validate.py"
SMALL = {"N_NEIGHBORS": [1, 64], "N_FOLDS": 3}


def mean_accuracy(k, metric, seeds, n_folds):
    """Return the mean over all folds of all seeds."""
    iris = load_iris()
    model = make_pipeline(StandardScaler(), KNeighborsClassifier(k, metric=metric))
    folds = [StratifiedKFold(n_folds, shuffle=True, random_state=seed) for seed in seeds]
    scores = [cross_val_score(model, iris.data[:, :2], iris.target, cv=fold).mean() for fold in folds]
    return sum(scores) / len(scores)


def test_the_result_is_the_mean_over_the_repetitions(learner, call):
    code, out, err = call(SCRIPT, "cosine", 2, "cv/a.json", constants=SMALL)
    said = "1 of 2 repetitions are done\n2 of 2 repetitions are done\nwrote cv/a.json\n"
    assert (code, out, err) == (0, said, "")
    assert sorted(snapshot(learner.folder / "cv")) == ["a.json"]
    result = json.loads((learner.folder / "cv/a.json").read_text())
    assert (result["metric"], result["repetitions"], list(result["accuracy"])) == ("cosine", 2, ["1", "64"])
    for k, accuracy in result["accuracy"].items():
        assert accuracy == pytest.approx(mean_accuracy(int(k), "cosine", [0, 1], 3), abs=1e-12)


def test_each_repetition_has_folds_of_its_own(learner, call):
    results = []
    for n in (1, 2):
        call(SCRIPT, "cosine", n, "cv/a.json", constants=SMALL)
        results.append(json.loads((learner.folder / "cv/a.json").read_text())["accuracy"])
    assert results[0] != results[1]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "the following arguments are required: metric, REPETITIONS, OUTPUT"),
        (["l1", 2, "a.json"], "argument metric: invalid choice: 'l1' (choose from "),
        (["cosine", "a.json", 2], "argument REPETITIONS: invalid int value: 'a.json'"),
    ],
)
def test_other_arguments_are_one_line(refusal, args, message):
    assert refusal(SCRIPT, *args).startswith(f"cross_validate.py: error: {message}")


@pytest.mark.parametrize("n", [0])
def test_no_repetition_is_one_line(refusal, n):
    assert refusal(SCRIPT, "cosine", n, "a.json") == f"REPETITIONS is at least 1, not {n}"
