"""The commands that run tasks again, with an sacct that answers. (What Slurm says and does: the walk of `failures`.)"""

import os
import re
import shlex
import subprocess

import pytest
from bundle import load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCRIPT = "python/run_again.py"
BATCH_SCRIPT = "slurm/failures/uneven.sh"
# Keeps what it is asked, and answers with the file beside it that is named like the job.
SACCT = """\
#!/bin/sh
cd "${0%/*}" || exit
printf '%s\\n' "$*" >>asked
[ "$SLURM_BITSTR_LEN" != 0 ] || touch whole
[ -z "$BROKEN" ] || { echo "sacct: error: no answer" >&2; exit "$BROKEN"; }
[ ! -f "${1#--jobs=}" ] || cat "${1#--jobs=}"
"""


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """The folder of an sacct that answers."""
    (tmp_path / "bin").mkdir()
    sacct = tmp_path / "bin" / "sacct"
    sacct.write_text(SACCT)
    sacct.chmod(0o755)
    monkeypatch.setenv("PATH", f"{sacct.parent}{os.pathsep}{os.environ['PATH']}")
    return sacct.parent


@pytest.fixture
def accounting(slurm):
    """accounting(7, "0|COMPLETED|200M|1", ...) is what sacct knows of array 7, and of how it was submitted."""

    def knows(array, *tasks, submitted="sbatch --parsable --array=0-10 a.sh"):
        (slurm / str(array)).write_text("".join(f"{array}_{task}|{submitted}\n" for task in tasks))

    return knows


UNEVEN = [
    "0|COMPLETED|200M|1", "1|OUT_OF_MEMORY|200M|1", "2|TIMEOUT|200M|1", "3|OUT_OF_MEMORY|200M|1", "4|FAILED|200M|1",
    "5|NODE_FAIL|200M|1", "6|CANCELLED by 1000|200M|1", "10|FAILED|200M|1",
]  # fmt: skip


def test_each_task_gets_what_it_lacked(learner, slurm, accounting):
    accounting(7, *UNEVEN, submitted=f"sbatch {BATCH_SCRIPT}")
    done = learner.run(SCRIPT, BATCH_SCRIPT, 7, check=True)
    assert done.stdout.splitlines() == [
        f"sbatch --array=1,3 --mem=400M {BATCH_SCRIPT}  # OUT_OF_MEMORY",
        f"sbatch --array=2 --time=2 {BATCH_SCRIPT}  # TIMEOUT",
        f"sbatch --array=4,10 {BATCH_SCRIPT}  # FAILED",
        f"sbatch --array=5 {BATCH_SCRIPT}  # NODE_FAIL",
        f"sbatch --array=6 {BATCH_SCRIPT}  # CANCELLED",
    ]
    [asked] = (slurm / "asked").read_text().splitlines()
    assert {"--jobs=7", "--units=M", "--format=JobID,State,ReqMem,TimelimitRaw,SubmitLine"} <= set(asked.split())


def test_the_last_run_of_a_task_counts_and_what_it_was_given_more_stays(call, accounting):
    accounting(7, "0|OUT_OF_MEMORY|200M|1", "1|TIMEOUT|200M|1", "2|FAILED|200M|1")
    accounting(9, "0|TIMEOUT|400M|1")
    accounting(12, "1|OUT_OF_MEMORY|200M|2")
    accounting(20, "2|COMPLETED|200M|1")
    assert call(SCRIPT, "a.sh", 7, 9, 12, 20) == (
        0,
        "sbatch --array=0 --mem=400M --time=2 a.sh  # TIMEOUT\n"
        "sbatch --array=1 --mem=400M --time=2 a.sh  # OUT_OF_MEMORY\n",
        "",
    )


@pytest.mark.parametrize(
    ("row", "again"),
    [
        ("[3-6]", "3,4,5,6"),
        ("[1,3-5,9%2]", "1,3,4,5,9"),
        ("[0-10:5]", "0,5,10"),
        ("[4]", "4"),
        ("[0-299]", ",".join(map(str, range(300)))),
    ],
)
def test_tasks_that_never_started_are_one_row(call, slurm, accounting, row, again):
    accounting(7, f"{row}|CANCELLED by 1000|200M|1")
    assert call(SCRIPT, "a.sh", 7) == (0, f"sbatch --array={again} a.sh  # CANCELLED\n", "")
    assert (slurm / "whole").exists(), "sacct was not told to give the whole list"


def test_when_all_ended_well_no_command_is_printed(call, accounting):
    accounting(7, "0|COMPLETED|200M|1", "1|FAILED|200M|1")
    accounting(8, "1|COMPLETED|200M|1")
    assert call(SCRIPT, "a.sh", 7, 8) == (0, "", "nothing to run again, 2 of 2 are COMPLETED\n")


def test_bash_reads_the_command_as_it_is_meant(call, accounting):
    accounting(7, "3|OUT_OF_MEMORY|200M|1", submitted="sbatch my scripts/$HOME.sh 4 $HOME a|b --last")
    _, out, _ = call(SCRIPT, "my scripts/$HOME.sh", 7)
    said = subprocess.run(["bash", "-c", f'sbatch() {{ printf "%s\\n" "$@"; }}; {out}'], capture_output=True, text=True)
    assert said.stdout.splitlines() == ["--array=3", "--mem=400M", "my scripts/$HOME.sh", "4", "$HOME", "a|b", "--last"]


def test_the_arguments_of_the_script_are_in_each_command(call, accounting):
    accounting(7, "2|TIMEOUT|200M|1", "4|FAILED|200M|1", submitted="sbatch --array=0-5 sweep.sh 4 second")
    accounting(9, "4|FAILED|200M|1", submitted="sbatch --parsable --array=4 sweep.sh 4 second")
    assert call(SCRIPT, "sweep.sh", 7, 9) == (
        0,
        "sbatch --array=2 --time=2 sweep.sh 4 second  # TIMEOUT\nsbatch --array=4 sweep.sh 4 second  # FAILED\n",
        "",
    )


def test_an_array_with_other_arguments_is_no_repetition(refusal, accounting):
    accounting(7, "0|COMPLETED|200M|1", "2|TIMEOUT|200M|1", submitted="sbatch --array=0-5 sweep.sh 4 second")
    accounting(9, "2|COMPLETED|200M|1", submitted="sbatch --array=2 sweep.sh 1 second")
    said = refusal(SCRIPT, "sweep.sh", 7, 9)
    assert said == "array 9 ran sweep.sh 1 second, and not sweep.sh 4 second: leave it out"


@pytest.mark.parametrize("submitted", ["sbatch --array=0-5 ./a.sh 4", "sbatch a.sh.old", ""])
def test_an_array_of_another_script_is_refused(refusal, accounting, submitted):
    accounting(7, "0|FAILED|200M|1", submitted=submitted)
    assert refusal(SCRIPT, "a.sh", 7) == f"a.sh is not the script in: {submitted or 'no line'}"


@pytest.mark.parametrize("state", ["PENDING", "RUNNING", "COMPLETING", "SUSPENDED", "REQUEUED", "RESIZING", "TOMORROW"])
def test_nobody_says_what_to_run_again_before_the_end(refusal, accounting, state):
    accounting(7, "0|FAILED|200M|1", f"1|{state}|200M|1")
    assert refusal(SCRIPT, "a.sh", 7).removeprefix("task 7_1 is ") == f"{state}: wait for its end"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", "sacct knows no array 7"),
        ("7|FAILED|200M|1|sbatch a.sh\n", "no indices: sacct says 7. Is 7 an array?"),
        ("7.batch|FAILED|200M|1|sbatch a.sh\n", "no indices: sacct says 7.batch. Is 7 an array?"),
        ("70_1|FAILED|200M|1|sbatch a.sh\n", "no indices: sacct says 70_1. Is 7 an array?"),
        ("7_1|OUT_OF_MEMORY||1|sbatch a.sh\n", "what is twice nothing? give --mem and --time yourself"),
        ("7_1|OUT_OF_MEMORY|0M|1|sbatch a.sh\n", "what is twice 0M? give --mem and --time yourself"),
        ("7_1|OUT_OF_MEMORY|0.50M|1|sbatch a.sh\n", "what is twice 0.50M? give --mem and --time yourself"),
        ("7_1|TIMEOUT|200M|UNLIMITED|sbatch a.sh\n", "what is twice UNLIMITED? give --mem and --time yourself"),
    ],
)
def test_what_sacct_does_not_know_is_one_line(refusal, slurm, rows, message):
    (slurm / "7").write_text(rows)
    assert refusal(SCRIPT, "a.sh", 7) == message


def test_an_sacct_that_fails_is_one_line_after_its_own(call, slurm, monkeypatch):
    monkeypatch.setenv("BROKEN", "3")
    assert call(SCRIPT, "a.sh", 7)[:2] == (1, "")
    assert call(SCRIPT, "a.sh", 7)[2].splitlines()[-1] == "sacct gave no answer for 7, exit code 3"


def test_without_sacct_it_says_where_to_go(refusal, learner, monkeypatch):
    monkeypatch.setenv("PATH", str(learner.folder))
    assert refusal(SCRIPT, "a.sh", 7) == "no sacct here: go to a login node of a cluster"


def test_it_wants_a_script_and_an_id(learner):
    assert learner.refuses(SCRIPT, BATCH_SCRIPT).endswith("the following arguments are required: ID")


STATES = st.sampled_from([*sorted(load(SCRIPT).BAD), "COMPLETED"])
ROUND = st.dictionaries(st.integers(0, 12), STATES, min_size=1)


# What one example leaves, the next one writes anew before it is read.
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(ROUND, min_size=1, max_size=4))
def test_after_any_rounds_exactly_the_bad_tasks_run_again_with_enough(call, accounting, rounds):
    # As a learner does: each round runs some tasks, and gives each what the script has told for it.
    needs: dict[int, list[int]] = {}
    for array, states in enumerate(rounds):
        rows = []
        for index, state in states.items():
            memory, minutes = needs.setdefault(index, [200, 1])
            rows.append(f"{index}|{state}|{memory}M|{minutes}")
            needs[index] = [memory * (1 + (state == "OUT_OF_MEMORY")), minutes * (1 + (state == "TIMEOUT"))]
        accounting(array, *rows)
    last = {index: state for states in rounds for index, state in states.items()}
    code, out, err = call(SCRIPT, "a.sh", *range(len(rounds)))
    assert code == 0
    found = {}
    for line in out.splitlines():
        words = shlex.split(line, comments=True)
        options = dict(re.findall(r"--(array|mem|time)=(\S+)", line))
        assert words[0] == "sbatch" and words[-1] == "a.sh" and len(words) == len(options) + 2
        for index in map(int, options["array"].split(",")):
            assert index not in found, "a task would run twice"
            found[index] = [int(options.get("mem", "200M").rstrip("M")), int(options.get("time", "1"))]
    assert found == {index: needs[index] for index, state in last.items() if state != "COMPLETED"}
    assert bool(err) == (not found)
