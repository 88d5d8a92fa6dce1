"""The collector: one table from the result files of a job array."""

import contextlib
import csv
import io
import json
import os
import re
import tempfile
from pathlib import Path
from unittest import mock

import pytest
from bundle import execute, load, snapshot
from hypothesis import example, given, settings
from hypothesis import strategies as st

SCRIPT = "python/collection.py"
COLLECTION = load(SCRIPT)
METRICS = ["euclidean", "cosine"]
HERE = ["results", "scores.csv"]
WITH_FILE = [*HERE, "--param-file", "params.csv"]


def runs_of(index):
    return [{"n_neighbors": 2**index, "metric": metric, "accuracy": index / 16} for metric in METRICS]


def text_of(index):
    return json.dumps({"index": index, "runs": runs_of(index)})


def table_of(indices):
    """Return the bytes of the table of these results."""
    lines = ["index,n_neighbors,metric,accuracy"]
    lines += [f"{i},{run['n_neighbors']},{run['metric']},{run['accuracy']}" for i in indices for run in runs_of(i)]
    return ("\n".join(lines) + "\n").encode()


def expand(folded):
    """Return the indices that Slurm makes of the list."""
    indices = []
    for part in folded.split(",") if folded else []:
        first, _, last = part.partition("-")
        indices += range(int(first), int(last or first) + 1)
    return indices


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


@pytest.fixture
def params(learner):
    """Write params.csv."""
    return lambda text: (learner.folder / "params.csv").write_bytes(text.encode())


@pytest.fixture
def table(call, learner):
    """Collect with success; return the lines of the table."""

    def table(*args):
        code, _, err = call(SCRIPT, *(args or HERE))
        assert (code, err) == (0, "")
        return (learner.folder / "scores.csv").read_text(encoding="utf-8").splitlines()

    return table


@pytest.fixture
def incomplete(call, learner):
    """Run the collector, which has to ask for exactly the indices `again`; return what it says of each.

    An earlier table stays.
    """

    def incomplete(again, *args):
        (learner.folder / "scores.csv").write_bytes(b"an earlier table")
        before = snapshot(learner.folder)
        code, out, err = call(SCRIPT, *(args or HERE))
        assert (code, out) == (1, f"--array={again}\n"), err
        assert snapshot(learner.folder) == before
        *lines, last = err.splitlines()
        bad, total = re.fullmatch(r"no table: (\d+) of (\d+) results missing or wrong", last).groups()
        assert int(bad) == len(lines) == len(expand(again)) <= int(total)
        return lines

    return incomplete


# The table.


def test_the_table_is_in_the_order_of_the_indices(learner, results):
    results([10, 2, 0, 7, 1, 3, 9, 4, 8, 6, 5, 11])
    for _ in range(2):  # the second time over the first table
        done = learner.run(SCRIPT, *HERE, check=True)
        assert done.stdout == "wrote scores.csv: 12 results, index 0-11\n"
        assert (learner.folder / "scores.csv").read_bytes() == table_of(range(12))


def test_other_files_are_no_results(learner, results, table):
    folder = results([0, 1])
    others = [".scores_2.json.0f3a", ".scores_2.json", "scores_k02.json", "scores.json", "knn_cosine_02.png"]
    others += ["scores_2.json.bak", "scores_2_json", "scores_-2.json", "scores_٢.json"]
    for name in [*others, "scores_20261122.json"]:  # a date: no index has so many digits
        (folder / name).write_text(text_of(2))
    table()
    assert (learner.folder / "scores.csv").read_bytes() == table_of([0, 1])


# What JSON has as a value, and what the table has for it.
AS_WRITTEN = ["0.1000000000000000055511151231257827", "1e-7", "1.0", "1E+400", "-0.0", "-0", "9" * 5000]
AS_WRITTEN += ["NaN", "Infinity", "-Infinity", "true", "false", "null"]


def test_values_are_handed_on_as_they_are_written(results, table):
    folder = results([])
    for index, value in enumerate(AS_WRITTEN):
        (folder / f"a_{index}.json").write_text(f'{{"index": {index}, "runs": [{{"value": {value}}}]}}')
    assert table() == ["index,value", *(f"{index},{value}" for index, value in enumerate(AS_WRITTEN))]


def test_text_survives_the_table(learner, results, table):
    texts = ["a,b", 'say "é"', "two\nlines", "", "日本", "true", "=1+1"]
    runs = [{"text": text} for text in texts]
    (results([]) / "a_0.json").write_text(json.dumps({"index": 0, "runs": runs}))
    table()
    with open(learner.folder / "scores.csv", encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == texts


def test_a_hard_link_to_an_input_becomes_a_file_of_its_own(learner, results, table):
    folder = results(range(2))
    (learner.folder / "scores.csv").hardlink_to(folder / "scores_0.json")
    inputs = snapshot(folder)
    table()
    assert snapshot(folder) == inputs
    assert (learner.folder / "scores.csv").read_bytes() == table_of(range(2))


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
def test_what_is_missing_is_named_and_can_be_run_again(call, results, incomplete, there, args, again):
    call("python/scikit_example/array/create_parameter_array.py")
    results(there)
    assert incomplete(again, *HERE, *args) == [f"index {index}, no file: missing" for index in expand(again)]


def test_the_indices_of_a_parameter_file_may_have_gaps(learner, results, params, table, incomplete):
    params("\ufeffindex,n_neighbors\r\n7,128\r\n\r\n2,4\r\n")
    results([2, 7])
    table(*WITH_FILE)
    assert (learner.folder / "scores.csv").read_bytes() == table_of([2, 7])
    (learner.folder / "results/scores_7.json").unlink()
    assert incomplete("7", *WITH_FILE) == ["index 7, no file: missing"]


# What is wrong with result 1, and what the line must say.
DAMAGED = {
    "truncated": (text_of(1)[:-9].encode(), "Expecting"),
    "empty": (b"", "Expecting value"),
    "no JSON": (b"Traceback (most recent call last):\n", "Expecting value"),
    "no UTF-8": (text_of(1).encode().replace(b"cosine", b"\xff"), "codec can't decode"),
    "two in one": (2 * text_of(1).encode(), "Extra data"),
    "another index": (text_of(2).encode(), "no runs of this index: {"),
    "index with zeros": (text_of(1).replace('x": 1', 'x": "01"').encode(), "no runs of this index: {"),
    "index of another kind": (text_of(1).replace('x": 1', 'x": 1.0').encode(), "no runs of this index: {"),
    "no index": (json.dumps({"runs": runs_of(1)}).encode(), "index"),
    "a list": (json.dumps([1]).encode(), "list"),
    "no runs": (b'{"index": 1}', "runs"),
    "zero runs": (b'{"index": 1, "runs": []}', "no runs of this index: {"),
    "null for runs": (b'{"index": 1, "runs": null}', "no runs of this index: {"),
    "runs of no list": (b'{"index": 1, "runs": {"a": 1}}', "str"),
    "a number for runs": (b'{"index": 1, "runs": 12}', "str"),
    "a run that is none": (b'{"index": 1, "runs": [{"a": 1}, 2]}', "str"),
    "a list in a run": (
        text_of(1).replace("0.0625", "[1, 2.50]", 1).encode(),
        'accuracy is no single value: ["1", "2.',
    ),
    "a dict in a run": (text_of(1).replace("0.0625", '{"a": 1}', 1).encode(), "accuracy is no single value: {"),
    "other columns": (
        text_of(1).replace("accuracy", "error").encode(),
        "has ['index', 'n_neighbors', 'metric', 'error'], not",
    ),
    "a column less": (b'{"index": 1, "runs": [{"n_neighbors": 2, "metric": "cosine"}]}', "has ['index', "),
    "a column less in a run": (text_of(1).replace(', "accuracy": 0.0625', "", 1).encode(), "has ['index', "),
    "a line end of Windows in a text": (text_of(1).replace('ne"', 'ne\\r"').encode(), "metric is no single value"),
    "a run of another index": (text_of(1).replace('{"n', '{"index": 2, "n').encode(), "index is 2, not 1"),
}


def test_what_is_damaged_is_named_and_can_be_run_again(results, incomplete):
    # One result of each kind, between good ones; one more is missing.
    last = 2 * len(DAMAGED) + 1
    folder = results([*range(0, last, 2), last + 1])
    for index, (data, _) in enumerate(DAMAGED.values()):
        number = str(2 * index + 1).encode()
        data = re.sub(rb'(^{"index": "?0?)1\b', lambda match, number=number: match[1] + number, data)
        (folder / f"scores_{2 * index + 1}.json").write_bytes(data)
    *lines, missing = incomplete(",".join(str(number) for number in range(1, last + 1, 2)))
    assert missing == f"index {last}, no file: missing"
    for number, line, (_, message) in zip(range(1, last, 2), lines, DAMAGED.values(), strict=True):
        assert line.startswith(f"index {number}, results/scores_{number}.json: ")
        assert re.sub(r"(index |not )1$", rf"\g<1>{number}", message) in line


def test_damage_in_the_only_result_is_named(results, incomplete):
    (results([]) / "scores_0.json").write_text('{"index": 0, "runs": [{"a": 1}, {"b": 2}]}')
    [line] = incomplete("0")
    assert "has ['index', " in line


def test_a_folder_in_place_of_a_result_is_not_silent(results, stays):
    (results([0]) / "scores_1.json").mkdir()
    assert "IsADirectoryError" in stays(SCRIPT, *HERE)


# Results that do not belong to the parameters.


def test_a_result_of_an_earlier_list_of_parameters_is_named(results, params, incomplete):
    # The list got a new first entry, and not all tasks have run again.
    params("index,n_neighbors\n0,1\n1,3\n2,4\n3,8\n4,5\n")
    results(range(5))
    assert incomplete("1,4", *WITH_FILE) == [
        "index 1, results/scores_1.json: n_neighbors is 2, not 3",
        "index 4, results/scores_4.json: n_neighbors is 16, not 5",
    ]


@pytest.mark.parametrize(
    ("value", "parameter"),
    [
        *[("0.5", "5e-1"), ("0.5", "0.50"), ("4", "4.0"), ("true", "True"), ('"Cosine"', "cosine"), ('""', "")],
        # What Python's csv and str make of None and of an infinite float.
        *[("null", ""), ("null", "None"), ("Infinity", "inf"), ("-Infinity", "-inf")],
    ],
)
def test_the_same_value_may_be_written_in_two_ways(results, params, table, value, parameter):
    params(f"index,a\n0,{parameter}\n")
    (results([]) / "a_0.json").write_text(f'{{"index": 0, "runs": [{{"a": {value}}}]}}')
    written = value.strip('"')
    assert table(*WITH_FILE) == ["index,a", f"0,{written}"]


@pytest.mark.parametrize(
    ("value", "parameter"),
    [("0.5", "0.05"), ("1", "true"), ("1", ""), ("1", "1k"), ("null", "0"), ('"a "', "a"), ('"1/5"', "2/10")],
)
def test_another_value_is_another(results, params, incomplete, value, parameter):
    params(f"index,a\n0,{parameter}\n")
    (results([]) / "a_0.json").write_text(f'{{"index": 0, "runs": [{{"a": {value}}}]}}')
    [line] = incomplete("0", *WITH_FILE)
    written = value.strip('"')
    assert line == f"index 0, results/a_0.json: a is {written}, not {parameter}"


def test_large_seeds_are_compared_digit_by_digit(results, params, incomplete):
    params(f"index,seed\n0,{2**60}\n")
    (results([]) / "a_0.json").write_text(f'{{"index": 0, "runs": [{{"seed": {2**60 + 1}}}]}}')
    assert incomplete("0", *WITH_FILE) == [f"index 0, results/a_0.json: seed is {2**60 + 1}, not {2**60}"]


@pytest.mark.parametrize(("header", "missing"), [("k", "k"), ("k,n_neighbors,m", "km"), (" n_neighbors", "")])
def test_it_says_what_could_not_be_compared(results, params, call, header, missing):
    params(f"index,{header}\n0,{','.join('1' * len(header.split(',')))}\n")
    results([0])
    code, _, err = call(SCRIPT, *WITH_FILE)
    assert (code, err) == (0, "".join(f"note: no result has {name!r}, so it is not compared\n" for name in missing))


def test_the_order_of_columns_does_not_matter(results, table):
    (results([0]) / "scores_1.json").write_text(
        '{"index": 1, "runs": [{"metric": "cosine", "accuracy": 0.5, "n_neighbors": 2}]}'
    )
    assert table()[-1] == "1,2,cosine,0.5"


def test_a_link_in_place_of_the_table_is_kept(learner, results, table):
    results([0])
    (learner.folder / "shared.csv").write_text("old")
    (learner.folder / "scores.csv").symlink_to("shared.csv")
    table()
    assert (learner.folder / "scores.csv").is_symlink()
    assert (learner.folder / "shared.csv").read_bytes() == table_of([0])


# Any results.


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
@example(["good"] * 11, mock.Mock(shuffle=list.reverse))
def test_any_set_of_results_in_any_order(states, order):
    # Result 0 is good: it says which columns are right.
    states = ["good", *states]
    glob = Path.glob

    def shuffled(folder, pattern):
        found = list(glob(folder, pattern))
        order.shuffle(found)
        return found

    with tempfile.TemporaryDirectory() as folder:
        results, output = Path(folder, "results"), Path(folder, "scores.csv")
        results.mkdir()
        for index, state in enumerate(states):
            if state != "missing":
                # Damage for index 1 is damage for every other index as well.
                data = text_of(index).encode() if state == "good" else DAMAGED[state][0]
                if state == "another index":
                    data = text_of(index + 1).encode()
                (results / f"scores_{index}.json").write_bytes(data)
        inputs = snapshot(results)
        out, err, code = io.StringIO(), io.StringIO(), None
        with (
            mock.patch.object(Path, "glob", shuffled),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                execute(SCRIPT, results, output, "--expect", len(states))
            except SystemExit as stop:
                code = stop.code
        assert snapshot(results) == inputs
        bad = [index for index, state in enumerate(states) if state != "good"]
        if bad:
            assert code and sorted(os.listdir(folder)) == ["results"]
            assert expand(out.getvalue().strip().removeprefix("--array=")) == bad
            assert [int(index) for index in re.findall(r"^index (\d+),", err.getvalue(), re.MULTILINE)] == bad
        else:
            assert code is None and err.getvalue() == ""
            assert output.read_bytes() == table_of(range(len(states)))


# What is refused.


@pytest.mark.parametrize("prepare", [lambda folder: None, Path.touch, Path.mkdir])
def test_a_folder_without_results_is_one_line(learner, refusal, prepare):
    prepare(learner.folder / "results")
    assert refusal(SCRIPT, *HERE) == "results: expected NAME_INDEX.json of one NAME, found []"


def test_two_results_of_one_index_are_one_line(learner, results):
    (results([0, 1]) / "scores_01.json").write_text(text_of(1))
    line = learner.refuses(SCRIPT, *HERE)
    assert line.startswith("two results of one index: ") and "scores_1.json" in line and "scores_01.json" in line


@pytest.mark.parametrize("args", [[], ["--expect", 3], ["--param-file", "params.csv"]])
def test_a_result_with_another_name_is_one_line(results, params, refusal, args):
    # It would be the one that is missing.
    params("index,n_neighbors\n0,1\n1,2\n2,4\n")
    (results([0, 1]) / "old_scores_2.json").write_text(text_of(2))
    said = refusal(SCRIPT, *HERE, *args)
    assert said == "results: expected NAME_INDEX.json of one NAME, found ['old_scores', 'scores']"


@pytest.mark.parametrize(
    ("args", "stale"),
    [
        (["--expect", 2], "2,4"),
        (["--expect", 0], "0-2,4"),
        (["--param-file", "params.csv"], "1-2"),
    ],
)
def test_results_that_nobody_expects_are_one_line(results, params, refusal, args, stale):
    params("index,n_neighbors\n0,1\n4,16\n")
    results([0, 1, 2, 4])
    assert refusal(SCRIPT, *HERE, *args) == f"unexpected results, perhaps of an earlier array: {stale}"


@pytest.mark.parametrize("number", ["1.5", "seven"])
def test_what_is_no_number_is_not_silent(results, stays, number):
    results([0])
    assert number in stays(SCRIPT, *HERE, "--expect", number)


def test_an_empty_number_is_not_silent(results, stays):
    # As from --expect "$N" without an N.
    results([0])
    assert stays(SCRIPT, *HERE, "--expect", "")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["results"], "the following arguments are required: OUTPUT"),
        ([*WITH_FILE, "--expect", 7], "argument --expect: not allowed with argument --param-file"),
        ([*HERE, "--exspect", 7], "unrecognized arguments: --exspect 7"),
    ],
)
def test_wrong_arguments_are_refused(results, refusal, args, message):
    results([0])
    assert refusal(SCRIPT, *args) == f"collection.py: error: {message}"


def row(line, **found):
    found = {(None if name == "more" else name): cell for name, cell in found.items()}
    return f"params.csv, line {line}: expected a whole index and a full row: {found}"


PARAMETERS = {
    "empty": ("", "unexpected results, perhaps of an earlier array: 0"),
    "header only": ("index,n_neighbors\n", "unexpected results, perhaps of an earlier array: 0"),
    "no header": ("0,1\n1,2\n", row(2, **{"0": "1", "1": "2"})),
    "semicolons": (
        "index;n_neighbors\n0;1\n",
        row(2, **{"index;n_neighbors": "0;1"}),
    ),
    "another header": ("number,k\n0,1\n", row(2, number="0", k="1")),
    "a short row": ("index,n_neighbors\n0,1\n1\n", row(3, index="1", n_neighbors=None)),
    "an extra field": ("index,n_neighbors\n0,1,024\n", row(2, index="0", n_neighbors="1", more=["024"])),
    "no index": ("index,n_neighbors\n,1\n", row(2, index="", n_neighbors="1")),
    "text": ("index,n_neighbors\nfirst,1\n", row(2, index="first", n_neighbors="1")),
    "a fraction": ("index,n_neighbors\n0.5,1\n", row(2, index="0.5", n_neighbors="1")),
    "negative": ("index,n_neighbors\n-1,1\n0,2\n", row(2, index="-1", n_neighbors="1")),
    "twice": ("index,n_neighbors\n0,1\n1,2\n00,1\n", "params.csv, line 4: index 00 is there twice"),
}


@pytest.mark.parametrize("what", PARAMETERS)
def test_a_damaged_parameter_file_is_one_line(results, params, refusal, what):
    results([0])
    text, message = PARAMETERS[what]
    params(text)
    assert refusal(SCRIPT, *WITH_FILE) == message


def test_the_last_row_of_the_parameters_needs_no_end(results, params, incomplete):
    results([0])
    params("index,n_neighbors\n0,1\n1,2")
    assert incomplete("1", *WITH_FILE) == ["index 1, no file: missing"]


def test_no_parameter_file_is_one_line(learner, results):
    results([0])
    assert learner.refuses(SCRIPT, *WITH_FILE) == "params.csv is missing: run the script that writes it"


# The inputs are safe.


@pytest.mark.parametrize(
    "output",
    [
        *["results/scores.csv", "results/scores_0.json", "results/new/scores.csv", "slurm/../results/a.csv"],
        *["link/a.csv", "to_result.csv", "params.csv", "to_params.csv", "slurm/../params.csv"],
    ],
)
@pytest.mark.parametrize(("folder", "file"), [("results", "params.csv"), ("link", "to_params.csv")])
def test_the_table_is_never_written_among_the_inputs(learner, results, params, refusal, output, folder, file):
    inputs = results([0])
    (learner.folder / "link").symlink_to(inputs, target_is_directory=True)
    (learner.folder / "to_result.csv").symlink_to(inputs / "scores_0.json")
    params("index\n0\n")
    (learner.folder / "to_params.csv").symlink_to("params.csv")
    line = refusal(SCRIPT, folder, output, "--param-file", file)
    assert line == f"{output} is among the inputs: choose another place for it"


@pytest.mark.parametrize("output", ["", "slurm", "new/scores.csv", "cities.csv/a.csv", "x" * 250])
def test_a_place_that_cannot_be_is_not_silent(results, call, learner, output):
    results([0])
    before = snapshot(learner.folder)
    code, _, err = call(SCRIPT, "results", output)
    assert code > 0 and err
    after = snapshot(learner.folder)
    assert {name: after.get(name) for name in before} == before
