"""The collector: one table from the result files of a job array."""

import contextlib
import csv
import io
import json
import os
import random
import re
import sys
import tempfile
from pathlib import Path
from unittest import mock

import pytest
from bundle import load, snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

SCRIPT = "python/collection.py"
COLLECTION = load(SCRIPT)
METRICS = ["euclidean", "cosine"]


def runs_of(index):
    return [{"n_neighbors": 2**index, "metric": metric, "accuracy": index / 16} for metric in METRICS]


def text_of(index):
    return json.dumps({"index": index, "runs": runs_of(index)})


def table_of(indices):
    """Return the bytes of the table of these results."""
    lines = ["index,n_neighbors,metric,accuracy"]
    lines += [f"{i},{run['n_neighbors']},{run['metric']},{run['accuracy']}" for i in indices for run in runs_of(i)]
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture
def results(learner):
    """Write good results, results([0, 1]), and return their folder."""
    folder = learner.folder / "results"
    folder.mkdir()

    def results(indices):
        for index in indices:
            (folder / f"scores_{index}.json").write_text(text_of(index))
        return folder

    return results


def incomplete(learner, again, *args):
    """Run the collector, which has to ask for exactly the indices `again`; return what it says on standard error."""
    before = snapshot(learner.folder)
    done = learner.run(SCRIPT, "results", "scores.csv", *args)
    assert done.returncode > 0
    assert done.stdout == f"--array={again}\n"
    assert snapshot(learner.folder) == before
    *lines, last = done.stderr.splitlines()
    assert re.fullmatch(r"scores.csv is not written: \d+ of \d+ results are missing or damaged", last)
    assert int(last.split()[4]) == len(lines) == len(expand(again))
    return lines


def expand(folded):
    """Return the indices that Slurm makes of the list."""
    indices = []
    for part in folded.split(",") if folded else []:
        first, _, last = part.partition("-")
        indices += range(int(first), int(last or first) + 1)
    return indices


# The order.


def test_the_table_is_in_the_order_of_the_indices(learner, results):
    results([10, 2, 0, 7, 1, 3, 9, 4, 8, 6, 5, 11])
    done = learner.run(SCRIPT, "results", "scores.csv", check=True)
    assert done.stdout == "wrote scores.csv: 12 results, index 0-11\n"
    assert (learner.folder / "scores.csv").read_bytes() == table_of(range(12))


def test_a_second_run_writes_the_same(learner, results):
    results(range(3))
    learner.run(SCRIPT, "results", "new/scores.csv", check=True)
    (learner.folder / "new/scores.csv").write_bytes(b"old")
    learner.run(SCRIPT, "results", "new/scores.csv", check=True)
    assert (learner.folder / "new/scores.csv").read_bytes() == table_of(range(3))
    assert os.listdir(learner.folder / "new") == ["scores.csv"]


def test_other_files_are_no_results(learner, results):
    folder = results([0, 1])
    others = [".scores_2.json.0f3a", ".scores_2.json", "scores_k02.json", "scores.json", "knn_cosine_02.png"]
    others += ["scores_2.json.bak", "scores_2_json", "scores_-2.json", "scores_٢.json"]
    for name in others:
        (folder / name).write_text(text_of(2))
    learner.run(SCRIPT, "results", "scores.csv", check=True)
    assert (learner.folder / "scores.csv").read_bytes() == table_of([0, 1])


def test_numbers_are_handed_on_digit_by_digit(learner, results):
    numbers = ["0.1000000000000000055511151231257827", "1e-7", "1.0", "1E+400", "-0.0", "9" * 5000]
    folder = results([])
    for index, number in enumerate(numbers):
        (folder / f"a_{index}.json").write_text(f'{{"index": {index}, "runs": [{{"value": {number}}}]}}')
    learner.run(SCRIPT, "results", "a.csv", check=True)
    lines = (learner.folder / "a.csv").read_text().splitlines()
    assert lines == ["index,value", *(f"{index},{number}" for index, number in enumerate(numbers))]


def test_text_survives_the_table(learner, results):
    texts = ["a,b", 'say "é"', "two\nlines", "", "日本", "\ud800"]
    runs = [{"text": text} for text in texts]
    (results([]) / "a_0.json").write_text(json.dumps({"index": 0, "runs": runs}))
    learner.run(SCRIPT, "results", "a.csv", check=True)
    with open(learner.folder / "a.csv", encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == [*texts[:-1], r"\ud800"]


# What is missing or damaged.


@pytest.mark.parametrize(
    ("there", "args", "again"),
    [
        ([0, 2, 5], [], "1,3-4"),
        ([3, 4, 6], [], "5"),
        ([1, 2], ["--expect", 5], "0,3-4"),
        ([0], ["--expect", 2], "1"),
        ([2, 3], ["--param-file", "params.csv"], "0-1,4-6"),
    ],
)
def test_what_is_missing_is_named_and_can_be_run_again(learner, results, there, args, again):
    learner.run("python/scikit_example/array/create_parameter_array.py", check=True)
    results(there)
    (learner.folder / "scores.csv").write_bytes(b"an earlier table")
    assert incomplete(learner, again, *args) == [f"result {index} is missing" for index in expand(again)]


def test_the_indices_of_a_parameter_file_may_have_gaps(learner, results):
    (learner.folder / "some.csv").write_text("n_neighbors,index\n3,7\n1,2\n")
    results([2, 7])
    done = learner.run(SCRIPT, "results", "scores.csv", "--param-file", "some.csv", check=True)
    assert done.stdout == "wrote scores.csv: 2 results, index 2,7\n"
    assert (learner.folder / "scores.csv").read_bytes() == table_of([2, 7])
    (learner.folder / "results/scores_7.json").unlink()
    (learner.folder / "scores.csv").unlink()
    assert incomplete(learner, "7", "--param-file", "some.csv") == ["result 7 is missing"]


# What is wrong with result 1, and what the line must say.
DAMAGED = {
    "truncated": (text_of(1)[:-9].encode(), "Expecting"),
    "empty": (b"", "Expecting value"),
    "no JSON": (b"Traceback (most recent call last):\n", "Expecting value"),
    "binary": (bytes(range(256)), "codec can't decode"),
    "two in one": (2 * text_of(1).encode(), "Extra data"),
    "another index": (text_of(2).encode(), "it is not the result of index 1"),
    "index with zeros": (text_of(1).replace('x": 1', 'x": "01"').encode(), "it is not the result of index 1"),
    "index of another kind": (text_of(1).replace('x": 1', 'x": 1.0').encode(), "it is not the result of index 1"),
    "no index": (json.dumps({"runs": runs_of(1)}).encode(), "it is not the result of index 1"),
    "a list": (json.dumps([1]).encode(), "it is not the result of index 1"),
    "no runs": (b'{"index": 1}', "it has no list of runs"),
    "runs of no list": (b'{"index": 1, "runs": {"a": 1}}', "it has no list of runs"),
    "zero runs": (b'{"index": 1, "runs": []}', "it has no list of runs"),
    "a run that is none": (b'{"index": 1, "runs": [{"a": 1}, 2]}', "it has no list of runs"),
    "other columns": (text_of(1).replace("accuracy", "error").encode(), "its columns are not n_neighbors, metric, acc"),
    "a column less": (b'{"index": 1, "runs": [{"n_neighbors": 2, "metric": "cosine"}]}', "its columns are not"),
    "another order": (b'{"index": 1, "runs": [{"metric": 1, "n_neighbors": 2, "accuracy": 3}]}', "its columns are not"),
    "deeply nested": (b"[" * 100_000, "recursion"),
}


def test_what_is_damaged_is_named_and_can_be_run_again(learner, results):
    # One result of each kind, between good ones.
    folder = results(range(0, 2 * len(DAMAGED) + 1, 2))
    for index, (data, _) in enumerate(DAMAGED.values()):
        number = str(2 * index + 1).encode()
        data = re.sub(rb'("index": "?0?)1\b', lambda match, number=number: match[1] + number, data)
        (folder / f"scores_{2 * index + 1}.json").write_bytes(data)
    lines = incomplete(learner, ",".join(str(2 * index + 1) for index in range(len(DAMAGED))))
    for index, (line, (_, message)) in enumerate(zip(lines, DAMAGED.values(), strict=True)):
        number = 2 * index + 1
        assert line.startswith(f"result {number} is damaged: results/scores_{number}.json: ")
        assert message.replace("index 1", f"index {number}") in line


def test_what_cannot_be_read_is_damaged(learner, results):
    folder = results([0, 4, 5])
    (folder / "scores_1.json").mkdir()
    (folder / "scores_2.json").symlink_to("nowhere")
    (folder / "scores_3.json").symlink_to("scores_3.json")
    (folder / "scores_4.json").chmod(0)
    lines = incomplete(learner, "1-3" if os.geteuid() == 0 else "1-4")  # root may read everything
    for line, reason in zip(lines, ["Is a directory", "No such file", "Too many levels", "denied"], strict=False):
        assert reason in line


@given(st.sets(st.integers(0, 60)) | st.sets(st.integers(0, 10**6)))
def test_the_list_of_indices_is_folded(indices):
    folded = COLLECTION.fold(sorted(indices))
    assert expand(folded) == sorted(indices)  # the same ones, ascending
    assert len([part for part in folded.split(",") if part]) == sum(index - 1 not in indices for index in indices)
    assert all(int(first) < int(last) for first, last in re.findall(r"(\d+)-(\d+)", folded))


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(["good", "good", "good", "missing", *DAMAGED]), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_any_set_of_results_in_any_order(states, order):
    # Result 0 is good: it says which columns are right.
    states = ["good", *states]
    indices = list(range(len(states)))
    order.shuffle(indices)
    listdir = os.listdir

    def shuffled(folder):
        names = listdir(folder)
        order.shuffle(names)
        return names

    with tempfile.TemporaryDirectory() as folder:
        results, output = Path(folder, "results"), Path(folder, "scores.csv")
        results.mkdir()
        for index in indices:
            if states[index] != "missing":
                # Damage for index 1 is damage for every other index as well.
                data = text_of(index).encode() if states[index] == "good" else DAMAGED[states[index]][0]
                if states[index] == "another index":
                    data = text_of(index + 1).encode()
                (results / f"scores_{index}.json").write_bytes(data)
        inputs = snapshot(results)
        argv = [SCRIPT, str(results), str(output), "--expect", str(len(states))]
        out, err, code = io.StringIO(), io.StringIO(), None
        with (
            mock.patch.object(sys, "argv", argv),
            mock.patch.object(os, "listdir", shuffled),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                COLLECTION.main()
            except SystemExit as stop:
                code = stop.code
        assert snapshot(results) == inputs
        bad = [index for index, state in enumerate(states) if state != "good"]
        if bad:
            assert code and sorted(os.listdir(folder)) == ["results"]
            assert expand(out.getvalue().strip().removeprefix("--array=")) == bad
            assert [int(index) for index in re.findall(r"^result (\d+) is", err.getvalue(), re.MULTILINE)] == bad
        else:
            assert code is None and err.getvalue() == ""
            assert output.read_bytes() == table_of(range(len(states)))


# What is refused.


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda folder: None, "cannot read results: No such file or directory"),
        (Path.touch, "cannot read results: Not a directory"),
        (Path.mkdir, "no result in results: the names of result files end in _INDEX.json"),
        (lambda folder: folder.symlink_to(folder), "cannot read results: Too many levels of symbolic links"),
    ],
)
def test_a_folder_without_results_is_one_line(learner, refusal, prepare, message):
    prepare(learner.folder / "results")
    assert refusal(SCRIPT, "results", "scores.csv") == message


def test_no_folder_is_one_line(learner):
    assert learner.refuses(SCRIPT, "results", "scores.csv") == "cannot read results: No such file or directory"
    (learner.folder / "results").mkdir()
    assert learner.refuses(SCRIPT, "results", "scores.csv").startswith("no result in results: ")


def test_two_results_for_one_index_are_one_line(learner, results):
    (results([0, 1]) / "old_01.json").write_text(text_of(1))
    line = learner.refuses(SCRIPT, "results", "scores.csv")
    assert line.startswith("two results for index 1: ") and "scores_1.json" in line and "old_01.json" in line


def test_results_that_nobody_expects_are_one_line(learner, results):
    results([0, 1, 2, 4])
    line = learner.refuses(SCRIPT, "results", "scores.csv", "--expect", 2)
    assert line == "results that nobody expects, perhaps of an earlier array: index 2,4"
    (learner.folder / "params.csv").write_text("index,n_neighbors\n0,1\n4,1\n")
    line = learner.refuses(SCRIPT, "results", "scores.csv", "--param-file", "params.csv")
    assert line == "results that nobody expects, perhaps of an earlier array: index 1-2"


def test_a_date_in_a_name_is_no_index(learner, results):
    # A range up to it would fill the memory.
    (results([0, 1]) / "scores_20261122.json").write_text(text_of(1))
    line = learner.refuses(SCRIPT, "results", "scores.csv")
    assert line == "index 20261122 is not possible: a job array has none above 4000000"
    line = learner.refuses(SCRIPT, "results", "scores.csv", "--expect", 2)
    assert line == "results that nobody expects, perhaps of an earlier array: index 20261122"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--expect", 0], "--expect 0: at least one result must be expected"),
        (["--expect", -1], "--expect -1: at least one result must be expected"),
        (["--expect", 10**30], f"index {10**30 - 1} is not possible: a job array has none above 4000000"),
        (["--expect", "1.5"], "argument --expect: invalid int value: '1.5'"),
        (["--expect", "seven"], "argument --expect: invalid int value: 'seven'"),
        (["--expect", 7, "--param-file", "params.csv"], "argument --param-file: not allowed with argument --expect"),
        (["--exspect", 7], "unrecognized arguments: --exspect 7"),
    ],
)
def test_options_that_cannot_be_are_one_line(results, refusal, args, message):
    results([0])
    assert refusal(SCRIPT, "results", "scores.csv", *args).endswith(message)


def test_wrong_arguments_are_one_line(learner, results):
    results([0])
    assert learner.refuses(SCRIPT, "results").endswith("the following arguments are required: OUTPUT")
    line = learner.refuses(SCRIPT, "results", "scores.csv", "--expect", 0)
    assert line == "--expect 0: at least one result must be expected"


PARAMETERS = {
    "empty": b"",
    "header only": b"index,n_neighbors\n",
    "no header": b"0,1\n1,2\n",
    "another header": b"number,n_neighbors\n0,1\n",
    "text": b"index,n_neighbors\nfirst,1\n",
    "a fraction": b"index,n_neighbors\n0.5,1\n",
    "short row": b"n_neighbors,index\n1\n",
    "negative": b"index,n_neighbors\n-1,1\n0,2\n",
    "binary": bytes(range(256)),
    "one long field": b"index\n" + b"1" * 200_000,
}


@pytest.mark.parametrize("what", PARAMETERS)
def test_a_damaged_parameter_file_is_one_line(learner, results, refusal, what):
    results([0])
    (learner.folder / "params.csv").write_bytes(PARAMETERS[what])
    line = refusal(SCRIPT, "results", "scores.csv", "--param-file", "params.csv")
    assert line.startswith("params.csv is damaged: ")


def test_a_parameter_file_that_is_none_is_one_line(learner, results):
    results([0])
    calls = [SCRIPT, "results", "scores.csv", "--param-file"]
    assert learner.refuses(*calls, "params.csv") == "cannot read params.csv: No such file or directory"
    assert learner.refuses(*calls, "slurm") == "cannot read slurm: Is a directory"
    (learner.folder / "params.csv").write_bytes(PARAMETERS["text"])
    assert learner.refuses(*calls, "params.csv").startswith("params.csv is damaged: every row needs a whole number")
    (learner.folder / "params.csv").write_bytes(PARAMETERS["negative"])
    assert learner.refuses(*calls, "params.csv").startswith("params.csv is damaged: it needs at least one row")


# The inputs are safe.


@pytest.mark.parametrize(
    "output",
    [
        *["results/scores.csv", "results/scores_0.json", "results/new/scores.csv", "slurm/../results/a.csv"],
        *["link/a.csv", "results/away.csv", "to_result.csv", "params.csv", "to_params.csv", "slurm/../params.csv"],
    ],
)
def test_the_table_is_never_written_among_the_inputs(learner, results, refusal, output):
    folder = results(range(7))
    (learner.folder / "link").symlink_to(folder, target_is_directory=True)
    (folder / "away.csv").symlink_to("../away.csv")
    (learner.folder / "to_result.csv").symlink_to(folder / "scores_0.json")
    (learner.folder / "params.csv").write_text("index\n" + "".join(f"{index}\n" for index in range(7)))
    (learner.folder / "to_params.csv").symlink_to("params.csv")
    line = refusal(SCRIPT, "results", output, "--param-file", "params.csv")
    assert line.endswith("is among the inputs: choose another place for the table")


@pytest.mark.parametrize("link", ["to_params.csv", "results_too"])
def test_inputs_may_be_named_by_links(learner, results, refusal, link):
    folder = results([0])
    (learner.folder / "params.csv").write_text("index\n0\n")
    (learner.folder / "to_params.csv").symlink_to("params.csv")
    (learner.folder / "results_too").symlink_to(folder, target_is_directory=True)
    for output in ["params.csv", "to_params.csv", "results/a.csv", "results_too/a.csv"]:
        line = refusal(SCRIPT, "results_too", output, "--param-file", "to_params.csv")
        assert line.endswith("is among the inputs: choose another place for the table")


def test_a_place_among_the_inputs_is_one_line(learner, results):
    results([0])
    line = learner.refuses(SCRIPT, "results", "results/scores.csv")
    assert line == "results/scores.csv is among the inputs: choose another place for the table"


def test_a_hard_link_to_an_input_becomes_a_file_of_its_own(learner, results):
    folder = results(range(2))
    (learner.folder / "scores.csv").hardlink_to(folder / "scores_0.json")
    inputs = snapshot(folder)
    learner.run(SCRIPT, "results", "scores.csv", check=True)
    assert snapshot(folder) == inputs
    assert (learner.folder / "scores.csv").read_bytes() == table_of(range(2))


@pytest.mark.parametrize("output", ["", ".", "..", "/", "slurm", "slurm/"])
def test_a_folder_is_no_place_for_the_table(learner, results, refusal, output):
    results([0])
    assert refusal(SCRIPT, "results", output).endswith(" is a folder: give the table a name")


def test_a_folder_in_place_of_the_table_is_one_line(learner, results):
    results([0])
    assert learner.refuses(SCRIPT, "results", "slurm") == "slurm is a folder: give the table a name"


@pytest.mark.parametrize(
    ("output", "reason"),
    [("x" * 250, "File name too long"), ("cities.csv/a.csv", "File exists"), ("loop/a.csv", "File exists")],
)
def test_a_place_that_cannot_be_is_one_line(learner, results, refusal, output, reason):
    results([0])
    (learner.folder / "loop").symlink_to("loop")
    assert refusal(SCRIPT, "results", output) == f"cannot write {output}: {reason}"


# Disks, interruptions, company.


def test_a_full_disk_is_one_line_and_leaves_the_earlier_table(learner, results):
    results(range(200))
    (learner.folder / "out").mkdir()
    (learner.folder / "out/scores.csv").write_bytes(b"an earlier table")
    line = learner.refuses_on_full_disk("out", SCRIPT, "results", "out/scores.csv", free=4096)
    assert line == "cannot write out/scores.csv: No space left on device"


def test_a_read_only_disk_is_one_line(learner, results):
    results(range(3))
    line = learner.refuses_on_read_only("out", SCRIPT, "results", "out/scores.csv")
    assert line == "cannot write out/scores.csv: Read-only file system"


def test_ctrl_c_is_one_line_and_leaves_the_earlier_table(learner, results, paused):
    results(range(3))
    (learner.folder / "scores.csv").write_bytes(b"an earlier table")
    before = snapshot(learner.folder)
    done = learner.interrupt(SCRIPT, "results", "scores.csv", after="paused", env=paused)
    assert (done.returncode, done.stderr) == (1, "stopped: nothing was written\n")
    assert snapshot(learner.folder) == before


def test_two_copies_at_the_same_time(learner, results):
    results(range(100))
    calls = [[SCRIPT, "results", "out/scores.csv"]] * 3
    for done in learner.together(*calls):
        assert (done.returncode, done.stderr) == (0, "")
    assert (learner.folder / "out/scores.csv").read_bytes() == table_of(range(100))
    assert os.listdir(learner.folder / "out") == ["scores.csv"]


MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


def test_the_memory_does_not_grow_with_the_results(learner, results, tmp_path):
    folder = results([])
    runs = [{"number": number, "text": "x" * 1000} for number in range(1000)]
    text = json.dumps({"index": 0, "runs": runs})  # 1 MB
    peaks = []
    for count in (2, 50):
        for index in range(count):
            (folder / f"a_{index}.json").write_text(text.replace("0", str(index), 1))
        before = [sys.executable, "-c", MEASURE, tmp_path / "peak"]
        learner.run(SCRIPT, "results", "a.csv", before=before, check=True)
        assert (learner.folder / "a.csv").stat().st_size > count * 1_000_000
        peaks.append(int((tmp_path / "peak").read_text()))
    assert peaks[1] - peaks[0] < 8_000, "kB: 48 more results of 1 MB, eight of them would be noticed"


def test_the_directory_order_does_not_matter(results, call, monkeypatch, learner):
    results(range(12))
    names = os.listdir(learner.folder / "results")
    for seed in range(3):
        random.Random(seed).shuffle(names)
        monkeypatch.setattr(os, "listdir", lambda _, names=tuple(names): list(names))
        assert call(SCRIPT, "results", "scores.csv")[0] == 0
        assert (learner.folder / "scores.csv").read_bytes() == table_of(range(12))
