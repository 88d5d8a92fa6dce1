"""The notebook: stored as it comes out of "Restart and run all"."""

import ast
import base64
import io
import json
import re

import nbformat
import pytest
from bundle import CODE, HANG, load
from nbclient import NotebookClient
from PIL import Image

NOTEBOOK = CODE / "jupyter/knn_iris.ipynb"
SERIAL = "python/scikit_example/train_and_plot.py"


@pytest.fixture(scope="module")
def stored():
    return nbformat.read(NOTEBOOK, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts(notebook):
    """Return what the code cells say, cell by cell, pictures left out."""
    return [
        [
            output["text"] if output.output_type == "stream" else output.data["text/plain"]
            for output in cell.outputs
            if "image/png" not in output.get("data", {})
        ]
        for cell in code_cells(notebook)
    ]


def pictures(notebook):
    return [
        base64.b64decode(output.data["image/png"])
        for cell in code_cells(notebook)
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]


def not_blank(picture):
    with Image.open(picture) as image:
        return len(image.convert("RGB").getcolors(maxcolors=1_000_000)) > 50


def test_it_is_a_notebook_of_python_for_everybody(stored):
    nbformat.validate(stored)
    assert stored.metadata.kernelspec.name == "python3"


def test_it_was_run_once_from_top_to_bottom(stored):
    cells = code_cells(stored)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]
    # Warnings would come on standard error.
    assert not [output for cell in cells for output in cell.outputs if output.get("name") == "stderr"]


def test_it_keeps_35_pictures(stored):
    kept = pictures(stored)
    assert len(kept) == len(set(kept)) == 35
    assert all(not_blank(io.BytesIO(picture)) for picture in kept)


def test_it_says_no_more_about_the_machine_than_it_must():
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert not re.search(r"/home/|/Users/|/tmp/|/root/|[A-Z]:\\\\", text)


def test_it_makes_the_same_runs_as_the_serial_script(stored):
    serial = load(SERIAL)
    constants = next(cell.source for cell in code_cells(stored) if cell.source.startswith("N_NEIGHBORS"))
    values = [ast.literal_eval(statement.value) for statement in ast.parse(constants).body]
    assert values == [serial.N_NEIGHBORS, serial.METRICS]


@pytest.mark.slow
def test_it_runs_from_a_clean_kernel_and_shows_what_is_stored(learner, stored, serial, monkeypatch, tmp_path):
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    # One more cell says the accuracies.
    ask = "print(__import__('json').dumps([[*run, score] for run, score in scores.items()]))"
    notebook.cells.append(nbformat.v4.new_code_cell(ask))
    folder = learner.folder / "jupyter"
    times = {"timeout": HANG, "startup_timeout": HANG, "iopub_timeout": HANG}
    NotebookClient(notebook, **times, resources={"metadata": {"path": folder}}).execute()

    *shown, [accuracies] = texts(notebook)
    assert shown == texts(stored)
    assert len(pictures(notebook)) == 35
    assert len(list(notebook.cells)) == len(stored.cells) + 1

    names = {path.name for path in serial.glob("*.png")}
    assert {path.name for path in (folder / "results").iterdir()} == names
    assert all(not_blank(folder / "results" / name) for name in names)

    # The accuracies are those of the serial script.
    scores = json.loads((serial / "scores.json").read_text())
    assert json.loads(accuracies) == [[run["n_neighbors"], run["metric"], run["accuracy"]] for run in scores]
