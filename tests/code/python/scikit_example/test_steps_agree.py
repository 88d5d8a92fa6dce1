"""The three steps of training (serial, by parameter, by array index) give the same accuracies and pictures.

That the pictures are the notebook's own as well is in test_knn_iris.py, which runs the notebook's code.
"""

import itertools
import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from bundle import CODE, execute, load
from PIL import Image
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SERIAL = "python/scikit_example/train_and_plot.py"
PARAMETERS = "python/scikit_example/parameters/train_and_plot.py"
CREATE = "python/scikit_example/array/create_parameter_array.py"
ARRAY = "python/scikit_example/array/train_and_plot.py"
COUNTS = [1, 2, 4, 8, 16, 32, 64]
METRICS = ["euclidean", "manhattan", "chebyshev", "canberra", "cosine"]


def pixels(path):
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def by_pair(runs):
    return {(run["n_neighbors"], run["metric"]): run["accuracy"] for run in runs}


@pytest.fixture(scope="module")
def accuracies(serial):
    return by_pair(json.loads((serial / "scores.json").read_text()))


@pytest.mark.slow
def test_there_are_seven_counts_by_five_metrics(accuracies):
    assert list(accuracies) == list(itertools.product(COUNTS, METRICS))


@pytest.mark.slow
def test_the_accuracies_are_those_of_the_held_out_flowers(accuracies, serial):
    with np.load(serial.parent / "data/iris_split.npz") as split:
        for (k, metric), accuracy in accuracies.items():
            model = make_pipeline(StandardScaler(), KNeighborsClassifier(k, metric=metric))
            model.fit(split["X_train"], split["y_train"])
            assert accuracy == model.score(split["X_test"], split["y_test"])
    # On the flowers that it was fitted to, k=1 would be nearly perfect.
    assert 0.6 < accuracies[1, "euclidean"] < 0.7


@pytest.mark.slow
@pytest.mark.parametrize("k", [1, 64])
def test_a_parameter_gives_what_the_serial_script_gives(prepared, call, serial, accuracies, k):
    assert call(PARAMETERS, "--n-neighbors", k)[0] == 0
    results = prepared.folder / "results"
    runs = by_pair(json.loads((results / f"scores_k{k:02d}.json").read_text()))
    assert runs == {(k, metric): accuracies[k, metric] for metric in METRICS}
    for metric in METRICS:
        name = f"knn_{metric}_{k:02d}.png"
        assert np.array_equal(pixels(results / name), pixels(serial / name)), name


@pytest.mark.slow
def test_the_whole_array_collected_is_what_the_serial_script_gives(prepared, call, serial, accuracies):
    call(CREATE)
    for index in reversed(range(7)):
        assert call(ARRAY, "--param-index", index)[0] == 0
    for name in sorted(path.name for path in serial.glob("*.png")):
        assert np.array_equal(pixels(prepared.folder / "results" / name), pixels(serial / name)), name
    collect = ["python/collection.py", "results", "scores.csv", "--param-file", "params.csv"]
    assert call(*collect)[1] == "wrote scores.csv: 7 results, index 0-6\n"
    lines = (prepared.folder / "scores.csv").read_text().splitlines()[1:]
    rows = [line.split(",") for line in lines]
    assert {(int(k), metric): float(accuracy) for _, k, metric, accuracy in rows} == accuracies
    assert call("python/plot_scores.py", "scores.csv", "scores.png")[0] == 0


@pytest.mark.slow
def test_five_metrics_give_five_pictures(serial):
    for k in COUNTS:
        regions = [pixels(serial / f"knn_{metric}_{k:02d}.png")[75:] for metric in METRICS]  # without the title
        for first, second in itertools.combinations(range(5), 2):
            assert not np.array_equal(regions[first], regions[second]), (k, METRICS[first], METRICS[second])


@pytest.mark.parametrize(
    ("step", "args"), [(SERIAL, []), (PARAMETERS, ["--n-neighbors", 4]), (ARRAY, ["--param-index", 2])]
)
def test_no_figure_stays_open(prepared, monkeypatch, step, args):
    # pyplot would keep all 35 in memory. (The fixture `call` closes them itself.)
    monkeypatch.chdir(prepared.folder)
    execute(CREATE)
    execute(step, *args, constants={"METRICS": ["cosine"]})
    assert plt.get_fignums() == []


def test_the_steps_read_what_the_step_before_writes():
    split_file = load("python/scikit_example/preprocess.py").SPLIT_FILE
    assert {load(script).SPLIT_FILE for script in (SERIAL, PARAMETERS, ARRAY)} == {split_file}


def test_the_steps_read_it_in_the_same_way():
    texts = [(CODE / script).read_text(encoding="utf-8") for script in (SERIAL, PARAMETERS, ARRAY)]
    ways = [re.findall(r"^if not SPLIT_FILE.exists\(\):\n(?:.*\n){4}", text, re.MULTILINE) for text in texts]
    assert len(ways[0]) == 1 and ways[0] == ways[1] == ways[2]
