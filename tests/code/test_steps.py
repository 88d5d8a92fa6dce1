"""Each step of a script differs from the one before it in what its page teaches, and in nothing else."""

import pytest
from steps import RECORDED, chain, configuration, difference, differences, recording

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
