"""The exported notebook: byte for byte what the export gives, and a script that IPython runs and Python does not."""

import filecmp
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from bundle import CODE, HANG
from PIL import Image

SCRIPT = "python/scikit_example/knn_iris.py"
NOTEBOOK = CODE / "jupyter/knn_iris.ipynb"


def test_it_is_what_the_export_gives(tmp_path):
    # What the page shows; `jupyter nbconvert` runs the same module.
    command = [sys.executable, "-m", "nbconvert", "--to", "script", "--output-dir", tmp_path, NOTEBOOK]
    env = os.environ | {"JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "JUPYTER_NO_CONFIG": "1"}
    subprocess.run(command, env=env, check=True, capture_output=True, timeout=HANG)
    assert filecmp.cmp(tmp_path / "knn_iris.py", CODE / SCRIPT, shallow=False)


def test_python_alone_stops_at_the_first_magic(learner):
    done = learner.run(SCRIPT)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "NameError: name 'get_ipython' is not defined"
    assert not (learner.folder / "results").exists()


@pytest.mark.slow
def test_ipython_runs_it(learner, tmp_path, serial):
    # The magics are calls now, of a function that only IPython has.
    *coverage, script = learner.command(SCRIPT)
    env = os.environ | {"IPYTHONDIR": str(tmp_path / "ipython"), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
    env |= {"PYTHONWARNINGS": "error::RuntimeWarning"}
    command = [*coverage, "-m", "IPython", "--colors=NoColor", script]
    options = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "encoding": "utf-8"}
    done = subprocess.run(command, cwd=learner.folder, env=env, check=False, timeout=HANG, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = done.stdout.splitlines()
    assert [line for line in shown if "setosa" in line or "cm" in line] == [
        "['sepal length (cm)', 'sepal width (cm)']",
        "array(['setosa', 'versicolor', 'virginica'], dtype='<U10')",
    ]
    assert "\n(100, 2)\n(50, 2)\n" in done.stdout
    # The serial script draws the notebook's own pictures, and the best run is the same.
    written = list((learner.folder / "results").iterdir())
    assert {path.name for path in written} == {path.name for path in serial.glob("*.png")}
    for path in written:
        with Image.open(path) as image, Image.open(serial / path.name) as theirs:
            assert len(image.getcolors(maxcolors=1_000_000)) > 50, f"{path.name} is blank"
            assert np.array_equal(np.asarray(image), np.asarray(theirs)), path.name
    runs = json.loads((serial / "scores.json").read_text())
    best = max(runs, key=lambda run: run["accuracy"])
    assert shown[-2:] == [repr((best["n_neighbors"], best["metric"])), repr(best["accuracy"])]
