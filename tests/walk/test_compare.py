"""What may differ between two true runs is forgiven, with a name and a reason; all else is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walk.compare import Comparison
from walk.normalize import ANY, COLUMNS, JOB_ID, LOG_ID, RULES

QUEUE = """\
             JOBID PARTITION     NAME     USER ST       TIME  NODES NODELIST(REASON)
              12_0     short knn_arra  learner  R       0:01      1 n1
              12_1     short knn_arra  learner  R       0:01      1 n2
          13_[0-6]     short knn_arra  learner PD       0:00      1 (Dependency)
"""
ACCOUNTING = """\
JobID           JobName      State ExitCode    Elapsed     MaxRSS
------------ ---------- ---------- -------- ---------- ----------
1               knn_all  COMPLETED      0:0   00:00:17
1.batch           batch  COMPLETED      0:0   00:00:17    120436K
"""
TEXTS = {
    "queue": QUEUE,
    "accounting": ACCOUNTING,
    "times": """\
       JobName               Start                 End
-------------- ------------------- -------------------
knn_preprocess 2026-11-22T17:58:06 2026-11-22T17:58:09
""",
    "submitted": "Submitted batch job 12\nk=1: job 23\n",
    "logs": "Submitted batch job 3\n==> index_arithmetic_3_0.log <==\ntask 0: k=1\n",
    "numbered": "step_0.log  step_1.log\n",
    "a row of sacct": "19_7             FAILED      1:0\n",
    "the end of a row": "10_1          COMPLETED\n",
    "two commands": "JobID             State\n------------ ----------\n3             COMPLETED\n7\n",
    "after the table": "JobID             State\n------------ ----------\n3             COMPLETED   oops 1\n",
    "no queue": "JOBID STATE\na first\nb second\n",
    "names of logs": "JobID             StdOut\n------------ ----------\n3               a_3.log\n",
    "touching": """\
JobID                      Start                 End
------------ ------------------- -------------------
46_3         2026-11-22T17:58:38 2026-11-22T17:58:43
47_3         2026-11-22T17:58:43 2026-11-22T17:58:44
""",
    "order": """\
JobID                      Start                 End
------------ ------------------- -------------------
46_3         2026-11-22T17:58:38 2026-11-22T17:58:43
47_3         2026-11-22T17:58:44 2026-11-22T17:58:44
""",
    "version": "Python 3.13.5\n",
    "scores": "k=1, euclidean: accuracy 0.64\nwrote 35 pictures\n",
    "no columns": "step 1 took 0:17 on n1\n",
    "what counts": "k=1: job 3 of 9\nnow: job 3/9\n",
    "typed marks": "<moment> <patch release>\n",
    "a mark in a table": "JobID           Elapsed\n------------ ----------\n3             <elapsed>\n",
    "short rows": "JOBID ST NODELIST\n12_0 R n1\n12_[1-7] PD \n",
    "short rows within": "JOBID NODELIST ST\n12 n1 R\n13  PD\n",
    "ids alone": "JOBID\n12\n13_[0-6]\n",
    "an allocation": "salloc: Granted job allocation 12\nsalloc: Relinquishing job allocation 12\n",
    "a message": "slurmstepd: error: *** JOB 12 ON n1 CANCELLED AT 2026-11-22T17:58:38 ***\n",
    "a message of a step": "slurmstepd: error: *** STEP 12.0 ON n1 CANCELLED AT 2026-11-22T17:58:38 ***\n",
    "a job's record": "JobId=12 JobName=bread\nsrun: Step created for StepId=12.3\n",
}
MAY = [
    ("queue", "12_", "99_"),
    ("queue", "0:01      1 n2", "1:23      1 n4"),
    ("accounting", "00:00:17", "1-02:00:17"),
    ("accounting", "120436K", "99M"),
    ("accounting", "\n1 ", "\n7 "),
    ("times", "2026-11-22T17:58:06", "2027-01-01T00:00:00"),
    ("submitted", "12", "1"),
    ("submitted", "job 23", "job 42"),
    ("logs", "3", "77"),
    ("the end of a row", "10_", "11_"),
    ("order", "17:58:44 2026-11-22T17:58:44", "18:58:44 2026-11-22T18:59:44"),
    ("order", "17:58:44 2026-11-22T17:58:44", "17:58:43 2026-11-22T17:58:43"),
    ("a row of sacct", "19_", "26_"),
    ("version", "3.13.5", "3.13.11"),
    ("short rows", "R n1\n12_[1-7]", "R n4\n12_[1-7]"),
    ("short rows", "12_", "99_"),
    ("short rows within", "12 n1", "14 n2"),
    ("short rows within", "13  PD", "15  PD"),
    ("ids alone", "12\n13", "101\n102"),
    ("an allocation", "12\nsalloc: Relinquishing job allocation 12", "40\nsalloc: Relinquishing job allocation 40"),
    ("a message", "JOB 12 ON n1", "JOB 40 ON n3"),
    ("a message", "2026-11-22T17:58:38", "2026-11-23T17:58:39"),
    ("a message of a step", "12.0 ON n1", "40.0 ON n2"),
    ("a job's record", "=12", "=40"),
]
MUST = [
    ("queue", " R ", " CG "),
    ("queue", "(Dependency)", "(Resources)"),
    ("queue", "(Dependency)", "n3"),
    ("queue", "13_[0-6]", "13_[0-5]"),
    ("queue", "12_1", "13_1"),
    ("queue", "12_1", "12_2"),
    ("queue", "short", "long"),
    ("queue", "      1 n1", "      2 n1"),
    ("queue", "              12_0     short knn_arra  learner  R       0:01      1 n1\n", ""),
    ("accounting", "COMPLETED", "FAILED"),
    ("accounting", "0:0", "1:0"),
    ("accounting", "120436K", ""),
    ("accounting", "00:00:17", "INVALID"),
    ("accounting", "knn_all", "knn_one"),
    ("accounting", "MaxRSS", "MaxVMS"),
    ("times", "2026-11-22T17:58:09", "Unknown"),
    ("submitted", "Submitted batch job 12", "Submitted batch job 23"),
    ("submitted", "k=1", "k=2"),
    ("logs", "3_0", "3_1"),
    ("logs", "arithmetic_3_0", "arithmetic_4_0"),
    ("numbered", "step_0.log  step_1.log", "step_1.log  step_2.log"),
    ("two commands", "\n7", "\n6"),
    ("after the table", "oops 1", "oops 2"),
    ("no queue", "a first\nb second", "b second\na first"),
    ("names of logs", "a_3", "a_7"),
    ("order", "17:58:44 2026-11-22T17:58:44", "17:58:42 2026-11-22T17:58:42"),
    ("touching", "17:58:43 2026-11-22T17:58:44", "17:58:42 2026-11-22T17:58:44"),
    ("queue", "0:01      1 n2", "0:01    1 n[2-4]"),
    ("logs", "k=1", "k=2"),
    ("a row of sacct", "_7", "_6"),
    ("a row of sacct", "FAILED", "COMPLETED"),
    ("a row of sacct", "1:0", "0:0"),
    ("version", "3.13.5", "3.14.5"),
    ("scores", "0.64", "0.66"),
    ("scores", "35", "36"),
    ("no columns", "0:17", "0:18"),
    ("no columns", "n1", "n2"),
    ("what counts", "job 3 of", "job 4 of"),
    ("what counts", "job 3/", "job 4/"),
    ("typed marks", "<moment>", "2026-11-22T17:58:38"),
    ("typed marks", "<patch release>", "Python 3.13.5"),
    ("a mark in a table", "<elapsed>", "00:00:17"),
    ("short rows", "PD ", "PD n2"),
    ("short rows", "R n1", "R "),
    ("short rows", "[1-7]", "[1-6]"),
    ("short rows within", "13  PD", "13  R"),
    ("ids alone", "13_[0-6]", "13_[0-5]"),
    ("ids alone", "\n13_[0-6]", ""),
    ("an allocation", "allocation 12\nsalloc", "allocation 13\nsalloc"),
    ("a message", "CANCELLED", "REQUEUED"),
    ("a message of a step", "12.0", "12.1"),
    ("a job's record", "StepId=12.3", "StepId=13.3"),
    ("a job's record", "bread", "rolls"),
]


def verdict(shown, got):
    return same(shown.splitlines(), got.splitlines())


def same(shown, got):
    return Comparison().match(shown, got) is not None


def changed(name, old, new):
    """The text with its first such place changed, in a table with as many characters, so that columns stay."""
    text = TEXTS[name]
    assert old in text
    if name in ("queue", "accounting", "times") and "\n" not in old.strip("\n"):
        width = max(len(old), len(new))
        if text.partition(old)[2][:1] == " " or len(new) < len(old):
            return text.replace(old, new.ljust(len(old))[:width], 1)
        head, _, tail = text.partition(old)
        spare = len(new) - len(old)
        if spare > 0 and head.endswith(" " * spare):
            head = head[:-spare]
        return head + new + tail
    return text.replace(old, new, 1)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_is_the_same_as_itself(text):
    assert verdict(text, text)


@pytest.mark.parametrize(("name", "old", "new"), MAY)
def test_what_may_differ(name, old, new):
    text = TEXTS[name]
    everywhere = old.startswith(("12_", "\n", "=")) or name == "logs"
    got = text.replace(old, new) if everywhere else changed(name, old, new)
    if name == "accounting" and old == "\n1 ":
        got = got.replace("\n1.batch", "\n7.batch")
    assert verdict(text, got), got


@pytest.mark.parametrize(("name", "old", "new"), MUST)
def test_what_must_be_noticed(name, old, new):
    got = changed(name, old, new)
    assert not verdict(TEXTS[name], got), got


def test_rows_of_squeue_come_in_any_order_and_lines_of_others_do_not():
    header, *rows = QUEUE.splitlines()
    assert verdict(QUEUE, "\n".join([header, *reversed(rows)]))
    assert not verdict("a\nb", "b\na")


def test_a_job_keeps_its_id_through_a_whole_walk():
    match = Comparison().match
    assert match(["Submitted batch job 12"], ["Submitted batch job 40"])
    assert match(["==> a_12.log <=="], ["==> a_40.log <=="])
    assert match(["a_7.log"], ["a_7.log"])
    assert not match(["==> a_12.log <=="], ["==> a_41.log <=="])
    assert not match(["Submitted batch job 13"], ["Submitted batch job 40"])
    assert match(["Submitted batch job 13"], ["Submitted batch job 41"])


def test_every_rule_has_a_reason_and_a_name_of_its_own():
    reasons = {}
    for rule in [*RULES, *COLUMNS.values(), JOB_ID, LOG_ID]:
        assert rule.name and rule.reason
        assert reasons.setdefault(rule.name, rule.reason) == rule.reason


def test_dots_in_a_table_of_sacct():
    header, rules, *rows = (
        "JobID      State\n----- ---------\n7_0   COMPLETED\n7_1   COMPLETED\n7_2      FAILED".splitlines()
    )
    assert same([header, rules, rows[0], ANY, rows[2]], [header, rules, *rows])
    assert not same([header, rules, rows[0], ANY, rows[1]], [header, rules, *rows])


WORDS = st.sampled_from(["a", "b", "c d", ""])


@given(st.lists(WORDS), st.lists(WORDS))
def test_lines_without_rules_are_compared_as_they_are(shown, got):
    assert same(shown, got) == (shown == got)


@given(st.lists(st.lists(WORDS, max_size=3), min_size=2, max_size=4), st.lists(st.lists(WORDS, max_size=4), min_size=3))
def test_dots_stand_for_any_lines(parts, fill):
    shown, got = list(parts[0]), list(parts[0])
    for part, between in zip(parts[1:], fill, strict=False):
        shown += [ANY, *part]
        got += [*between, *part]
    assert same(shown, got)


@given(st.lists(st.sampled_from(["a", "b", ANY]), max_size=6), st.lists(st.sampled_from(["a", "b"]), max_size=6))
def test_dots_match_as_a_pattern_would(shown, got):
    def matches(shown, got):
        if not shown:
            return not got
        if shown[0] == ANY:
            return any(matches(shown[1:], got[start:]) for start in range(len(got) + 1))
        return bool(got) and shown[0] == got[0] and matches(shown[1:], got[1:])

    assert same(shown, got) == matches(shown, got)


def test_two_numbers_before_failed_are_no_ids_of_jobs():
    assert not verdict("2 tasks FAILED\n", "5 tasks FAILED\n")
    assert not verdict("12 FAILED\n", "13 FAILED\n")
    assert not verdict("2 of 20 tasks FAILED 1:0\n", "5 of 20 tasks FAILED 1:0\n")


ROW = "20_7             FAILED      1:0"  # sacct fills a column of twelve with the id, and the next one from the right


def test_a_row_of_sacct_without_its_heading_may_have_another_id():
    match = Comparison().match([ROW], [ROW.replace("20_7 ", "135_7")])
    assert match and match.renumbered
    assert not verdict(ROW, ROW.replace("20_7", "20_6"))
    assert not verdict(ROW, ROW.replace("20_7", "21_7").replace(" 1:0", " 2:0"))
    assert not verdict("20_7 FAILED", "21_7 FAILED")  # as nothing prints it that has columns


def test_dots_in_a_table_of_squeue():
    header, *rows = QUEUE.splitlines()
    shown = [header, rows[0], ANY, rows[2]]
    more = rows[1].replace("12_1", "12_4")
    assert same(shown, [header, *rows])
    assert same(shown, [header, rows[0], rows[2]])
    assert same(shown, [header, *rows, more])
    assert same(shown, [header, more, *reversed(rows)])
    assert same([*shown, "learner"], [header, *rows, "learner"])
    assert not same([*shown, "learner"], [header, *rows, "root"])
    assert not same(shown, [header, *rows[:2]])
    assert not same(shown, [header, *rows[1:]])
    assert not same(shown, [header, rows[0].replace(" R ", "CG "), *rows[1:]])


ENDS = """\
JobID             State ExitCode
------------ ---------- --------
7_0              FAILED      1:0
7_1           COMPLETED      0:0
7_2             TIMEOUT      0:0
7_3              FAILED      1:0
8            CANCELLED+      0:0
9.batch      OUT_OF_ME+    0:125
"""
SAID = [
    (ENDS, ENDS, {"7_0", "7_2", "7_3", "9.batch"}),
    ("\n".join([*ENDS.splitlines()[:2], ANY, ENDS.splitlines()[5]]), "\n".join(ENDS.splitlines()[:6]), {"7_3"}),
    (ROW, ROW, {"20_7"}),
    (ROW.replace("20_7", "21_7"), ROW, {"20_7"}),  # it is the job of this session
    ("bread  FAILED", "bread  FAILED", set()),
    ("7 of 9 tasks: FAILED", "7 of 9 tasks: FAILED", set()),
    (ANY, ROW, set()),
]


@pytest.mark.parametrize(("shown", "got", "jobs"), SAID)
def test_a_line_that_a_page_shows_says_of_its_own_job_alone_that_it_failed(shown, got, jobs):
    assert Comparison().match(shown.splitlines(), got.splitlines()).bad_jobs == jobs
