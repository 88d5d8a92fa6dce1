"""Every script that writes what another program reads writes it whole, or not at all, and all in the same way."""

import json
import os
import re
import shutil

import pytest
from bundle import CODE, snapshot

SCIKIT = "python/scikit_example"
CREATE = f"{SCIKIT}/array/create_parameter_array.py"
ONE_METRIC = {"METRICS": ["cosine"]}
TWO_FOLDS = {"N_NEIGHBORS": [4], "N_FOLDS": 2}
AT_ONCE = {"SECONDS_OF_WORK": 0}
# It refuses a folder that has an earlier file.
ONCE = "python/own_sweep/create_sweep.py"
# The command, constants that make its work small, and the files that another program reads.
WRITING = {
    "preprocess": ([f"{SCIKIT}/preprocess.py"], {}, "data/iris_split.npz"),
    "serial": ([f"{SCIKIT}/train_and_plot.py"], ONE_METRIC | {"N_NEIGHBORS": [4]}, "results/scores.json"),
    "parameter": (
        [f"{SCIKIT}/parameters/train_and_plot.py", "--n-neighbors", 4],
        ONE_METRIC,
        "results/scores_k04.json",
    ),
    "task": ([f"{SCIKIT}/array/train_and_plot.py", "--param-index", 2], ONE_METRIC, "results/scores_2.json"),
    "parameters": ([CREATE], {}, "params.csv"),
    "collection": (["python/collection.py", "tasks", "out/scores.csv"], {}, "out/scores.csv"),
    "cross_validation": ([f"{SCIKIT}/cross_validate.py", "cosine", 1, "out/a.json"], TWO_FOLDS, "out/a.json"),
    # What has run once has its checkpoint: only the result is written again.
    "checkpoint": ([f"{SCIKIT}/checkpoint/cross_validate.py", "cosine", 1, "out/a.json"], TWO_FOLDS, "out/a.json"),
    "same_seed": (["python/seeds/same_seed.py", "--param-index", 2], {}, "splits/split_2.json"),
    "own_seed": (["python/seeds/own_seed.py", "--param-index", 2], {}, "splits/split_2.json"),
    "score": (["python/speed/score.py", 0, 1, "results"], {}, "results/scores_0.json"),
    "sweep": ([ONCE, "epidemic"], {}, "epidemic/sweep.csv"),
    "epidemic": (["python/own_sweep/epidemic.py", 0, 1, "epidemic"], {}, "epidemic/sweep_0.json"),
    "long_code": (["python/long_code.py"], AT_ONCE, "cities/00_Bosnia_and_Herzegovina.txt"),
    "uneven": (["python/uneven.py", 3], {}, "uneven/uneven_3.json"),
    "for_index": (["solutions/python/long_code_for_index.py", 5], AT_ONCE, "cities/05_France.txt"),
}
# It changes scripts that are there; its own test looks whether each is whole.
EDITING = "python/your_cluster.py"
# One of each way to write: text, an array of NumPy's, a table, pictures beside it. All others do it in the same lines.
KINDS = ["preprocess", "task", "collection"]
SCRIPTS = sorted(path for folder in ("python", "solutions") for path in (CODE / folder).rglob("*.py"))
TEXTS = {path.relative_to(CODE).as_posix(): path.read_text(encoding="utf-8") for path in SCRIPTS}


@pytest.fixture(params=WRITING)
def writing(request, learner, call):
    """A command, its constants and its file, in a folder with everything that it needs, after it has run once.

    So its pictures are there. Returned as well: the bytes that it wrote.
    """
    command, constants, target = WRITING[request.param]
    if "train" in command[0]:
        shutil.copytree(request.getfixturevalue("split").parent, learner.folder / "data")
    if request.param == "task":
        call(CREATE)
    if request.param == "epidemic":
        call(ONCE, "epidemic")
    if request.param == "uneven":
        shutil.copy(CODE / "slurm" / "failures" / "inputs.csv", learner.folder)
    if request.param == "collection":
        for folder in ("tasks", "out"):
            (learner.folder / folder).mkdir()
        for index in range(200):
            runs = [{"value": "x" * 50}]
            (learner.folder / f"tasks/a_{index}.json").write_text(json.dumps({"index": index, "runs": runs}))
    code, _, err = call(*command, constants=constants)
    assert (code, err) == (0, "")
    return command, constants, target, (learner.folder / target).read_bytes()


def test_until_it_has_its_name_the_earlier_file_stays(learner, call, writing, monkeypatch):
    command, constants, target, whole = writing
    if command[0] == ONCE:
        (learner.folder / target).unlink()
    else:
        (learner.folder / target).write_bytes(b"an earlier file")
    before = snapshot(learner.folder)
    renamed = []

    def stopped(old, new, **_):
        renamed.append((os.path.relpath(new), snapshot(learner.folder), os.path.relpath(old)))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stopped)
    code, _, err = call(*command, constants=constants)
    monkeypatch.undo()
    assert code > 0 and err
    [(new, then, old)] = renamed
    assert new == target and then == snapshot(learner.folder)
    assert os.path.dirname(old) == os.path.dirname(new) and os.path.basename(old).startswith(".")
    # All of it is under the hidden name, and nothing else is new.
    assert then == before | {old: whole}


@pytest.mark.slow
@pytest.mark.parametrize("writing", KINDS, indirect=True)
def test_on_a_full_disk_the_earlier_file_stays(learner, writing):
    command, constants, target, _ = writing
    (learner.folder / target).write_bytes(b"an earlier file")
    before = snapshot(learner.folder)
    done = learner.on_full_disk(os.path.dirname(target) or ".", *command, constants=constants)
    assert done.returncode > 0 and "No space left on device" in done.stderr
    after = snapshot(learner.folder)
    assert {name: after.get(name) for name in before} == before
    assert all(os.path.basename(name).startswith(".") for name in after.keys() - before)


@pytest.mark.slow
@pytest.mark.parametrize("writing", KINDS, indirect=True)
def test_two_copies_at_the_same_time_write_one_whole_file(learner, writing):
    command, constants, target, whole = writing
    before = snapshot(learner.folder)
    (learner.folder / target).write_bytes(b"an earlier file")
    for done in learner.together(command, command, constants=constants):
        assert (done.returncode, done.stderr) == (0, "")
    assert snapshot(learner.folder) == before | {target: whole}


@pytest.mark.slow
@pytest.mark.parametrize("step", ["serial", "parameter", "task"])
def test_the_result_does_not_depend_on_who_reads_what_is_said(learner, split, call, step):
    command, constants, target = WRITING[step]
    shutil.copytree(split.parent, learner.folder / "data")
    call(CREATE)
    learner.closed_early(*command, constants=constants)
    assert json.loads((learner.folder / target).read_text())


WAY = r'unfinished = X.with_name\(f"\.\{uuid\.uuid4\(\)\.hex\}\.\{X\.name\}"\)'


@pytest.mark.parametrize("command", [command[0] for command, *_ in WRITING.values()])
def test_every_script_takes_the_hidden_name_in_the_same_way(command):
    lines = [line.strip() for line in TEXTS[command].splitlines()]
    [(number, name)] = [
        (n, line.split(" = ")[1].split(".with_name(")[0]) for n, line in enumerate(lines) if "uuid4" in line
    ]
    assert re.fullmatch(WAY.replace("X", re.escape(name)), lines[number])
    assert lines.count(f"unfinished.replace({name})") == 1
    # Between the two lines, everything is written under the hidden name.
    between = "\n".join(lines[number + 1 : lines.index(f"unfinished.replace({name})")])
    assert re.search(r"open\(unfinished, |unfinished\.write_|np\.savez\(unfinished, ", between)
    assert name not in re.findall(r"[\w.]+", between)


def test_no_other_script_writes():
    writes = re.compile(r"\.replace\(\w*\.?\w+\)$|\.write_|np\.savez|\bopen\([^)]*\"[wx]\"", re.MULTILINE)
    assert {name for name, text in TEXTS.items() if writes.search(text)} == {c[0] for c, *_ in WRITING.values()} | {
        EDITING
    }


def test_every_writing_script_is_here():
    assert {name for name, text in TEXTS.items() if "uuid4" in text} == {c[0] for c, *_ in WRITING.values()} | {EDITING}


@pytest.mark.parametrize(
    "word", ["except KeyboardInterrupt", "SUPPRESS", "except Exception", "except:", "BaseException"]
)
def test_no_script_hides_what_python_says(word):
    assert [name for name, text in TEXTS.items() if word in text] == []
