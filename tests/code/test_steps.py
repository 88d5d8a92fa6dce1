"""Each step of a script differs from the one before it in what its page teaches, and in nothing else."""

import pytest
from bundle import CODE
from steps import RECORDED, chain, configuration, difference, differences, recording

from extensions.listing.changes import compare

STEPS = configuration()["listing_steps"]
NOW = differences()


@pytest.mark.parametrize("step", STEPS)
def test_a_step_differs_as_recorded(step):
    then = recording(step).read_text(encoding="utf-8") if recording(step).exists() else ""
    if NOW[step] != then:
        edited = difference(then, NOW[step])
        stages = "\n".join(f"  code/{name}" for name in chain(step, STEPS))
        pytest.fail(
            f"code/{step} no longer differs from code/{STEPS[step]} as recorded:\n{edited}\n"
            f"Is it a mend? Then make it in every stage of this script:\n{stages}\n"
            "Is it what the page teaches? Then look at the page, and record it: make steps",
            pytrace=False,
        )


def test_every_recording_belongs_to_a_step():
    assert sorted(RECORDED.rglob("*.diff")) == sorted(recording(step) for step in STEPS)


def test_a_mend_in_every_step_changes_no_recording():
    old, new = "a\n  b\nc\n", "a\nx\nb\n"
    assert difference(f"mend\n{old}", f"mend\n{new}") == difference(old, new) == "+x\n\n-c\n"


def test_all_stages_are_named():
    steps = {"b": "a", "c": "b", "d": "a", "y": "x"}
    assert chain("c", steps) == chain("b", steps) == ["a", "b", "c", "d"]
    assert chain("y", steps) == ["x", "y"]


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        ("collection.py", 110),
        ("scikit_example/preprocess.py", 35),
        ("scikit_example/train_and_plot.py", 60),
        ("scikit_example/array/train_and_plot.py", 90),
    ],
)
def test_a_script_is_short_enough_to_be_read(script, lines):
    assert len((CODE / "python" / script).read_text(encoding="utf-8").splitlines()) <= lines


def test_a_notebook_becomes_a_script_by_few_lines():
    notebook, script = (
        (CODE / "python/scikit_example" / name).read_text() for name in ("knn_iris.py", "train_and_plot.py")
    )
    assert 0 < len(compare(notebook, script, "python").highlighted) <= 25
