"""The three steps of training (serial, by parameter, by array index) give the same accuracies and pictures."""

import ast
import itertools
import json

import numpy as np
import pytest
from bundle import CODE, load
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
@pytest.mark.parametrize("k", [1, 16, 64])
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


@pytest.mark.slow
def test_a_picture_shows_classes_and_flowers_at_their_places(serial):
    # What the picture shows, computed another way: the axes begin 0.3 before the flowers and end 0.3 after them.
    # They are 0.12 to 0.97 of the width and, from the bottom, 0.14 to 0.84 of the height.
    with np.load(serial.parent / "data/iris_split.npz") as split:
        features, classes = split["X_test"], split["y_test"]
        model = make_pipeline(StandardScaler(), KNeighborsClassifier(16, metric="manhattan"))
        model.fit(split["X_train"], split["y_train"])
    first, last = features.min(axis=0) - 0.3, features.max(axis=0) + 0.3
    colours = np.array([(255, 127, 14), (44, 160, 44), (31, 119, 180)])
    image = pixels(serial / "knn_manhattan_16.png")
    assert image.shape == (360, 480, 3)

    def pixel(points):
        across, up = ((points - first) / (last - first)).T
        return np.column_stack([(0.12 + 0.85 * across) * 480, (0.86 - 0.70 * up) * 360])

    def distance(first, second):
        return np.linalg.norm(pixel(first)[:, np.newaxis] - pixel(second), axis=2)

    # A flower that no other lies near has the colour of its class.
    alone = (distance(features, features) > 12).sum(axis=1) == len(features) - 1
    assert alone.sum() > 10 and set(classes[alone]) == {0, 1, 2}
    x, y = pixel(features[alone]).astype(int).T
    # A triangle is widest below its middle.
    assert np.abs(image[y + 2, x] - colours[classes[alone]]).max() < 4

    # A place without flowers has the colour of the class that the model predicts, at 0.4 over white.
    grid = np.stack(np.meshgrid(*np.linspace(first + 0.1, last - 0.1, 25).T), axis=2).reshape(-1, 2)
    around = [model.predict(grid + step) for step in itertools.product(np.linspace(-0.06, 0.06, 5), repeat=2)]
    clear = (np.ptp(around, axis=0) == 0) & (distance(grid, features) > 12).all(axis=1)
    predicted = around[0][clear]
    assert clear.sum() > 100 and set(predicted) == {0, 1, 2}
    x, y = pixel(grid[clear]).astype(int).T
    assert np.abs(image[y, x] - (0.4 * colours[predicted] + 0.6 * 255)).max() < 4


def parts(script):
    """Return the source of each function, class and constant of a script."""
    text = (CODE / script).read_text(encoding="utf-8")
    tree = ast.parse(text).body
    named = {part.name: part for part in tree if isinstance(part, (ast.FunctionDef, ast.ClassDef))}
    named |= {part.targets[0].id: part for part in tree if isinstance(part, ast.Assign)}
    return {name: ast.get_source_segment(text, part) for name, part in named.items()}


def test_every_script_writes_whole_files_in_the_same_way():
    ways = {
        script.relative_to(CODE).as_posix(): parts(script)["write_whole"]
        for script in sorted((CODE / "python").rglob("*.py"))
        if "def write_whole" in script.read_text(encoding="utf-8")
    }
    assert len(ways) >= 8 and len(set(ways.values())) == 1, ways.keys()


def test_the_steps_read_what_the_step_before_writes():
    split_file = load("python/scikit_example/preprocess.py").SPLIT_FILE
    assert {load(script).SPLIT_FILE for script in (SERIAL, PARAMETERS, ARRAY)} == {split_file}
