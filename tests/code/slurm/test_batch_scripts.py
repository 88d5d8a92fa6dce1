"""What a reader can see of every batch script without a Slurm. (That they run is shown on the practice cluster.)"""

import argparse
import os
import re
import shlex
import subprocess

import pytest
from bundle import CODE, HANG, execute, load

# Wrong on purpose: the page `failures` submits them, and shows what comes of it.
WRONG = {f"slurm/failures/{name}.sh" for name in ("misspelt", "text_behind", "too_late", "variable")}
SCRIPTS = sorted({path.relative_to(CODE).as_posix() for path in CODE.rglob("*.sh")} - WRONG)
# Those that run nothing in the image show one thing, and need not its lines of a site.
ALONE = ("slurm/environments/", "slurm/index/", "slurm/login_node/", "slurm/pitfalls/", "slurm/time_limits/")
RUNNING = [script for script in SCRIPTS if not script.startswith(ALONE)]
TEXTS = {script: (CODE / script).read_text(encoding="utf-8") for script in SCRIPTS}
# What these do besides is tested in scikit_example/test_checkpoint_jobs.py.
STARTING_AGAIN = [script for script in RUNNING if "submit_checkpoint" in script]

# Every option that a batch script of ours uses, and what its value looks like.
OPTIONS = {
    "job-name": r"[a-z][a-z_0-9]*",
    "array": r"\d+(-\d+)?(,\d+(-\d+)?)*",
    "time": r"\d\d:[0-5]\d:[0-5]\d",
    "mem": r"[1-9]\d*[MG]",
    "mem-per-cpu": r"[1-9]\d*[MG]",
    "cpus-per-task": r"[1-9]\d*",
    "ntasks": r"[1-9]\d*",
    "signal": r"B:USR1@\d+",
    "requeue": None,
    "open-mode": "append",
    "output": r"%x_%j\.log|%x_%A_%a\.log",
    "account": r"[A-Z]+",
    "partition": r"[A-Z]+",
}
SITE = """\
# ---- your site's own lines: see your HPC centre's documentation ----
##SBATCH --account=PROJECT
##SBATCH --partition=PARTITION
# module load apptainer
# --------------------------------------------------------------------
"""
# What begins several commands in one job.
STEPS = r"seq .* \| xargs .* srun --ntasks=1 --exact +"
# What a step makes for a later one, by the script that makes it.
MADE = {
    "params.csv": "python/scikit_example/array/create_parameter_array.py",
    "results": "python/scikit_example/array/train_and_plot.py",
    "scores.csv": "python/collection.py",
    "sweep.csv": "python/own_sweep/create_sweep.py",
    "folder/sweep.csv": "python/own_sweep/create_sweep.py",
    "scores.png": "python/plot_scores.py",
}


def joined(script):
    """Return the text of a script with every command in one line."""
    return TEXTS[script].replace("\\\n", " ")


def options(script):
    """Return the values of the script's #SBATCH lines by option."""
    pairs = re.findall(r"^#SBATCH --([a-z-]+)=(.*)$", TEXTS[script], re.MULTILINE)
    assert len(pairs) == len(dict(pairs)), "an option is given twice"
    return dict(pairs)


def commands(script):
    """Return the words of every command in the container: what comes after the image, without Python's own -u."""
    lines = re.findall(rf"^(?:{STEPS} )?apptainer exec knn\.sif (.*?)(?: &)?$", joined(script), re.MULTILINE)
    return [[word for word in shlex.split(line) if word != "-u"] for line in lines]


def long_options(script, monkeypatch):
    """Return the options in the --help of a Python script, none for a script without an argparse."""
    if "argparse" not in (CODE / script).read_text(encoding="utf-8"):
        return set()
    found = set()

    def parse_args(parser, *_):
        found.update(re.findall(r"(?<!\S)--[a-z-]+", parser.format_help()))
        raise SystemExit

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_args)
    with pytest.raises(SystemExit):
        execute(script)
    assert "--help" in found
    return found


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_is_a_bash_script_that_can_be_started(script):
    assert TEXTS[script].startswith("#!/bin/bash\n")
    assert TEXTS[script].endswith("\n") and "\r" not in TEXTS[script] and "\t" not in TEXTS[script]
    assert os.access(CODE / script, os.X_OK)
    subprocess.run(["bash", "-n", CODE / script], check=True, timeout=HANG)


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_option_is_one_that_slurm_reads(script):
    lines = TEXTS[script].splitlines()
    first = next(number for number, line in enumerate(lines) if line and not line.startswith("#"))
    given = [number for number, line in enumerate(lines) if re.match(r"#+\s*SBATCH", line)]
    assert given and max(given) < first, "after the first command, Slurm does not look for options"
    for number in given:
        match = re.fullmatch(r"##?SBATCH --([a-z-]+)(?:=(\S+))?", lines[number])
        assert match, f"not an option: {lines[number]}"
        value = OPTIONS[match[1]]
        assert match[2] is None if value is None else re.fullmatch(value, match[2] or ""), lines[number]


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_stops_at_the_first_error(script):
    lines = [line for line in TEXTS[script].splitlines() if line and not line.startswith("#")]
    assert lines[0] == "set -euo pipefail"


@pytest.mark.parametrize("script", SCRIPTS)
def test_its_log_has_a_name_of_its_own(script):
    given = options(script)
    assert {"job-name", "time", "output"} <= given.keys()
    assert ("mem" in given) != ("mem-per-cpu" in given)
    # %j would differ as well for every task, but it would not say which task it is.
    assert given["output"] == ("%x_%A_%a.log" if "array" in given else "%x_%j.log")
    assert ("SLURM_ARRAY_TASK_ID" in TEXTS[script]) == ("array" in given)


def test_every_job_has_a_name_of_its_own():
    names = [options(script)["job-name"] for script in SCRIPTS]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("script", RUNNING)
def test_the_place_for_the_sites_own_lines_is_the_same(script):
    assert TEXTS[script].count(SITE) == 1
    assert TEXTS[script].count("SBATCH --account") == TEXTS[script].count("SBATCH --partition") == 1


def test_one_image_has_one_name():
    names = set()
    for path in CODE.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(CODE).parts)
        if path.suffix in {".sh", ".py", ".def", ".md", ""} and path.is_file() and not hidden:
            names |= set(re.findall(r"[\w./-]+\.sif\b", path.read_text(encoding="utf-8")))
    assert names == {"knn.sif"}


@pytest.mark.parametrize("script", RUNNING)
def test_every_command_is_a_script_of_the_bundle_in_the_container(script):
    text = re.sub(r"^#.*\n", "", joined(script), flags=re.MULTILINE)
    settings = re.compile(r"set -euo pipefail|export OMP_NUM_THREADS=\S+|[a-z]+=.*")
    lines = [line for line in text.splitlines() if line and not settings.fullmatch(line)]
    assert len(commands(script)) == (1 if script in STARTING_AGAIN else len(lines)) >= 1
    for program, name, *_ in commands(script):
        assert program == "python"
        assert (CODE / name).is_file(), name


@pytest.mark.parametrize("script", RUNNING)
def test_its_log_says_at_once_what_python_says(script):
    # Without -u it stands in a buffer until the end, and is lost when Slurm kills the job.
    python = [line for line in joined(script).splitlines() if "python/" in line]
    start = re.compile(rf"(?:{STEPS} )?apptainer exec knn\.sif python -u (?:solutions/)?python/")
    assert python and all(start.match(line) for line in python)


# On these pages, commands make the files.
@pytest.mark.parametrize(
    "script", [script for script in SCRIPTS if not script.startswith(("slurm/login_node/", "slurm/pitfalls/"))]
)
def test_every_file_that_it_names_is_there_or_made_by_a_step(script):
    named = re.findall(r"[\w./-]+\.(?:py|sh|csv|txt|png)\b", TEXTS[script])
    for name in named:
        if name in MADE:
            assert (CODE / MADE[name]).is_file()
        else:
            assert (CODE / name).is_file(), name


@pytest.mark.parametrize("script", RUNNING)
def test_the_scripts_know_the_options_that_they_are_given(script, monkeypatch):
    for _, name, *arguments in commands(script):
        given = {argument for argument in arguments if argument.startswith("--")}
        assert given <= long_options(name, monkeypatch), f"{name} does not know all of {given}"


# How the steps fit together.


SUBMIT = "python/scikit_example/parameters/submit.py"


def submitted(capsys):
    """Return the arguments that submit.py gives to the batch script."""
    execute(SUBMIT, "--dry-run")
    commands = [shlex.split(line) for line in capsys.readouterr().out.splitlines()]
    batch_script = load(SUBMIT).BATCH_SCRIPT
    return batch_script, [command[command.index(batch_script) + 1 :] for command in commands]


def test_one_job_does_all_steps_in_order():
    steps = [name for _, name, *_ in commands("slurm/scikit_example/submit_job.sh")]
    assert steps == ["python/scikit_example/preprocess.py", "python/scikit_example/train_and_plot.py"]


def test_the_two_steps_are_the_two_halves():
    [preprocess] = commands("slurm/scikit_example/submit_preprocess.sh")
    [train] = commands("slurm/scikit_example/submit_parallel.sh")
    assert preprocess == ["python", "python/scikit_example/preprocess.py"]
    assert train[1:] == ["python/scikit_example/array/train_and_plot.py", "--param-index", "$SLURM_ARRAY_TASK_ID"]
    assert '--param-index "$SLURM_ARRAY_TASK_ID"' in TEXTS["slurm/scikit_example/submit_parallel.sh"]


def test_the_array_has_one_task_for_each_row_of_the_parameter_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    execute("python/scikit_example/array/create_parameter_array.py")
    rows = (tmp_path / "params.csv").read_text().splitlines()[1:]
    array = options("slurm/scikit_example/submit_parallel.sh")["array"]
    assert array == f"0-{len(rows) - 1}"
    assert f"--array={array}" in capsys.readouterr().out


def test_the_job_of_one_parameter_hands_on_what_it_gets(monkeypatch, capsys):
    batch_script, arguments = submitted(capsys)
    assert batch_script == "slurm/scikit_example/submit_one.sh"
    [command] = commands(batch_script)
    assert command == ["python", "python/scikit_example/parameters/train_and_plot.py", "$@"]
    assert TEXTS[batch_script].rstrip().endswith('"$@"')
    known = long_options(command[1], monkeypatch)
    assert len(arguments) == 7 and all(option in known for option, _ in arguments)


def test_the_collection_reads_what_the_array_writes_and_draws_what_it_wrote():
    [collect, draw] = commands("slurm/scikit_example/submit_collect.sh")
    train = (CODE / "python/scikit_example/array/train_and_plot.py").read_text(encoding="utf-8")
    parameters = load("python/scikit_example/array/create_parameter_array.py").PARAM_FILE
    [folder] = re.findall(r'^scores_file = Path\(f"(\w+)/scores_{index}\.json"\)$', train, re.MULTILINE)
    assert collect[1:4] == ["python/collection.py", folder, "scores.csv"]
    assert collect[4:] == ["--param-file", str(parameters)]
    assert draw == ["python", "python/plot_scores.py", "scores.csv", "scores.png"]


def test_a_job_has_as_many_processes_as_cores_and_one_thread_in_each():
    script = "slurm/threads/submit_search.sh"
    [search] = commands(script)
    assert search == ["python", "python/threads/search.py", "--n-jobs", "${SLURM_CPUS_PER_TASK:-1}"]
    # It is read when the libraries are loaded.
    assert 0 < TEXTS[script].index("\nexport OMP_NUM_THREADS=1\n") < TEXTS[script].index("\napptainer ")
    [mistaken] = commands("slurm/threads/submit_four.sh")
    assert mistaken == [*search[:-1], "4"] and options("slurm/threads/submit_four.sh")["cpus-per-task"] == "1"


@pytest.mark.parametrize("name", ["same_seed", "own_seed"])
def test_a_task_of_random_splits_hands_on_its_index(name):
    [command] = commands(f"slurm/seeds/submit_{name}.sh")
    assert command == ["python", f"python/seeds/{name}.py", "--param-index", "$SLURM_ARRAY_TASK_ID"]
