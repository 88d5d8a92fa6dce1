"""The exercise: it says the same for every index, until it is mended."""

import re

import pytest

SCRIPT = "python/seeds/pi.py"


def test_it_estimates_pi_the_same_for_every_index(call):
    said = []
    for index in (0, 1, 0):
        code, out, err = call(SCRIPT, index)
        assert (code, err) == (0, "")
        said.append(re.fullmatch(rf"task {index}: pi is about (3\.1[34]\d\d)\n", out)[1])
    assert len(set(said)) == 1


@pytest.mark.parametrize("arguments", [[], ["-1"], ["x"], ["0", "1"], ["1.0"]])
def test_another_index_is_one_line(refusal, arguments):
    assert refusal(SCRIPT, *arguments) == f"give one index, a whole number, not {arguments}"
