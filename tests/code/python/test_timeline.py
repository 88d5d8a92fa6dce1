"""The timeline of jobs, and what it adds up."""

from datetime import datetime, timedelta

import pytest
from bundle import load
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

SCRIPT = "python/timeline.py"
HEADER = "JobID|Submit|Start|End|AllocCPUS\n"
TABLE = HEADER + (
    "7_0|2026-11-28T01:00:00|2026-11-28T01:00:10|2026-11-28T01:00:20|1\n"
    "7_1|2026-11-28T01:00:00|2026-11-28T01:00:20|2026-11-28T01:00:40|2\n"
)
SAID = """\
jobs or tasks: 2
wall time:     40 s, from the first submit to the last end
core time:     50 s, the cores of each times its seconds
wrote timeline.png
"""


@pytest.fixture
def table(learner):
    """table(text) writes what sacct printed."""
    return lambda text: (learner.folder / "jobs.txt").write_text(text)


def test_it_draws_waits_and_runs_and_adds_up(learner, table, call):
    table(TABLE)
    assert call(SCRIPT, "jobs.txt", "timeline.png") == (0, SAID, "")
    with Image.open(learner.folder / "timeline.png") as image:
        colours = {colour: count for count, colour in image.convert("RGB").getcolors(maxcolors=100_000)}
    grey, blue = colours[211, 211, 211], colours[31, 119, 180]
    assert 0.9 < grey / blue < 1.1  # 30 seconds of each


def test_a_job_may_end_on_another_day(learner, table, call):
    table(HEADER + "8|2026-12-31T23:59:50|2027-01-01T00:00:00|2027-01-01T00:00:05|4\n")
    assert "wall time:     15 s" in call(SCRIPT, "jobs.txt", "timeline.svg")[1]


TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda time: time.replace(microsecond=0))
LASTS = st.integers(0, 10**6)


@given(st.lists(st.tuples(TIMES, LASTS, LASTS, st.integers(1, 128)), min_size=1, max_size=9))
def test_times_are_seconds_of_the_first_submit(tmp_path_factory, jobs):
    rows, path = [HEADER], tmp_path_factory.mktemp("jobs") / "jobs.txt"
    for number, (submit, wait, last, cores) in enumerate(jobs):
        start = submit + timedelta(seconds=wait)
        times = [time.isoformat() for time in (submit, start, start + timedelta(seconds=last))]
        rows.append("|".join([str(number), *times, str(cores)]) + "\n")
    path.write_text("".join(rows))
    found = load(SCRIPT).load_jobs(path)
    assert min(job["Submit"] for job in found) == 0
    assert [job["Start"] - job["Submit"] for job in found] == [wait for _, wait, _, _ in jobs]
    assert [job["End"] - job["Start"] for job in found] == [last for _, _, last, _ in jobs]
    assert [job["AllocCPUS"] for job in found] == [cores for *_, cores in jobs]


WRONG = {
    "nothing": ("", "jobs.txt, line 1: expected JobID|Submit|Start|End|AllocCPUS"),
    "other columns": ("JobID|State\n7|COMPLETED\n", "jobs.txt, line 1: expected JobID|Submit|Start|End|AllocCPUS"),
    "no job": (HEADER, "jobs.txt has no job in it"),
    "a job that runs": (TABLE.replace("2026-11-28T01:00:40", "Unknown"), "job 7_1 has not started, or not ended"),
    "one that waits": (TABLE.replace("2026-11-28T01:00:10", "Unknown"), "job 7_0 has not started, or not ended"),
    "one that never started": (TABLE.replace("2026-11-28T01:00:10", "None"), "job 7_0 has not started"),
}


@pytest.mark.parametrize("text, said", WRONG.values(), ids=WRONG)
def test_what_is_no_table_of_ended_jobs_is_refused(table, refusal, text, said):
    table(text)
    assert said in refusal(SCRIPT, "jobs.txt", "timeline.png")


def test_names_that_can_not_be_are_refused(table, refusal):
    assert refusal(SCRIPT, "jobs.txt", "timeline.png") == "jobs.txt is missing: let sacct write it"
    table(TABLE)
    assert refusal(SCRIPT, "jobs.txt", "timeline") == "timeline: the name must say the format, as in timeline.svg"
