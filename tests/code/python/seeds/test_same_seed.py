"""The mistake that the page shows: every task draws the same split."""

import json

import pytest

SCRIPT = "python/seeds/same_seed.py"


def test_every_task_does_the_same(learner, call):
    said = {call(SCRIPT, "--param-index", index) for index in range(3)}
    assert len(said) == 1 and min(said)[0] == 0
    results = [json.loads((learner.folder / f"splits/split_{index}.json").read_text()) for index in range(3)]
    assert [result["index"] for result in results] == [0, 1, 2]
    assert results[0]["runs"] == results[1]["runs"] == results[2]["runs"]
    assert results[0]["runs"][0]["random_state"] == 42


@pytest.mark.parametrize("script", [SCRIPT, "python/seeds/own_seed.py"])
def test_a_wrong_index_is_one_line(refusal, script):
    assert refusal(script, "--param-index", -1) == "an index is 0 or more, not -1"
    assert "invalid int value: 'x'" in refusal(script, "--param-index", "x")
    assert "the following arguments are required: --param-index" in refusal(script)
