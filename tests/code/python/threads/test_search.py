"""The search finds the same with one process and with several; what is no number of processes is refused."""

import re

SCRIPT = "python/threads/search.py"


def test_it_finds_the_same_however_many_processes_there_are(learner, call):
    code, out, err = call(SCRIPT, "--n-jobs", 1)
    assert (code, err) == (0, "")
    several = learner.run(SCRIPT, "--n-jobs", 2, check=True).stdout
    for n_jobs, said in ((1, out), (2, several)):
        assert re.fullmatch(rf"n_jobs={n_jobs}: {{'n_neighbors': 2}}\n\d+\.\d seconds\n", said)


def test_a_wrong_number_of_processes_is_no_success(refusal, stays):
    assert "invalid int value: 'all'" in refusal(SCRIPT, "--n-jobs", "all")
    assert "the following arguments are required: --n-jobs" in refusal(SCRIPT)
    assert "n_jobs == 0" in stays(SCRIPT, "--n-jobs", 0)
