"""How many files of an environment an import opens."""

import re

SCRIPT = "python/opened.py"


def test_it_counts_files_of_the_environment(learner):
    done = learner.run(SCRIPT, "json", "packaging.version")
    number = re.fullmatch(r"(\d+) files were opened\n", done.stdout)
    assert number and int(number[1]) >= 2 and done.stderr == ""  # __init__ and version, at least
    more = learner.run(SCRIPT, "packaging.version", "packaging.tags")
    assert int(more.stdout.split()[0]) > int(number[1])


def test_what_is_not_of_the_environment_is_not_counted(learner):
    assert learner.run(SCRIPT, "email.mime.text").stdout == "0 files were opened\n"


def test_no_module_is_one_line(learner):
    done = learner.run(SCRIPT)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "which modules shall be imported?\n")


def test_a_module_that_is_not_there_is_pythons_own_error(learner):
    done = learner.run(SCRIPT, "no_such_module")
    assert done.returncode == 1 and "No module named 'no_such_module'" in done.stderr
