"""Check your solutions of the exercises.

python3 check.py                  lists the exercises, and which are done
python3 check.py NAME             looks at your files, and at your jobs by sacct
python3 check.py NAME ANSWER ...  checks an answer
python3 check.py --hint NAME      gives the next hint
python3 check.py --reset NAME     puts the files of an exercise back; it asks before

Nothing else of yours is changed. What is done is noted in .check.json.
The exit code is 0 if it is right, 1 if it is not, and 2 if nobody can tell: so it is,
too, if your files are right and there is no sacct to ask about the jobs.
"""

import argparse
import csv
import hashlib
import json
import operator
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import uuid
from pathlib import Path

# In the order of the pages; the name of an exercise is that of its page. "answers" is
# how many words it takes. "files" are what it makes: --reset copies the file behind
# the colon over them, and removes them where that is None. Where "files_tell", they
# show most of what the jobs should do, and are looked at without sacct, too.
EXERCISES = {
    "split": {
        "title": "A missing input",
        "minutes": 3,
        "files": {"missing.txt": None},
        "hints": [
            "mv data data-away, run the script, and mv data-away data",
            "an error goes to standard error: 2> missing.txt writes it into a file",
        ],
    },
    "container": {
        "title": "Which Python is it?",
        "minutes": 3,
        "files": {"inside.txt": None},
        "hints": [
            "python --version is a command like any other",
            "what stands behind apptainer exec knn.sif runs inside",
        ],
    },
    "login-node": {
        "title": "Does it tidy up?",
        "minutes": 8,
        "files": {},
        "hints": [
            "both commands that damage the archive stand in the exercise",
            "--job-name=stage_damaged stands before the name of the script",
        ],
    },
    "first-job": {
        "title": "Does it stop at the first error?",
        "minutes": 8,
        "files": {},
        "hints": [
            "mv data data-away, then touch data",
            "--job-name=knn_stops stands before the name of the script",
        ],
    },
    "parameters": {
        "title": "Your own value",
        "minutes": 2,
        "files": {"results/scores_k05.json": None},
        "hints": ["the option is --n-neighbors"],
    },
    "array-or-script": {
        "title": "Choose",
        "minutes": 4,
        "answers": 4,
        "files": {},
        "hints": [
            "which of them have equal jobs, and which have jobs that wait for others?",
            "a job of half a second waits longer than it works",
        ],
    },
    "array-jobs": {
        "title": "Two tasks again",
        "minutes": 5,
        "files_tell": True,
        "files": {},
        "hints": [
            "--array takes a list, too",
            "options of sbatch win over those in the script",
        ],
    },
    "submission-script": {
        "title": "Another value",
        "minutes": 3,
        "files_tell": True,
        "files": {"results/scores_k48.json": None},
        "hints": [
            "what stands behind the batch script are its arguments",
            "sbatch --job-name=knn_k48 SCRIPT --n-neighbors 48",
        ],
    },
    "dependencies": {
        "title": "The whole chain",
        "minutes": 8,
        "files": {},
        "hints": [
            "id=$(sbatch --parsable SCRIPT) keeps an id",
            "afterok waits for a good end, afterany for any end",
            "--dependency stands before the name of the script",
        ],
    },
    "collect": {
        "title": "A hole at the end",
        "minutes": 6,
        "files": {"scores-without.csv": None},
        "hints": [
            "rm results/scores_6.json, then collect",
            "the tasks that run again: --array=6",
        ],
    },
    "own-sweep": {
        "title": "Another risk",
        "minutes": 5,
        "files_tell": True,
        "files": {},
        "hints": [
            "the collector compares each result with its row of epidemic/sweep.csv",
            "with one row a task, its --array= line is right as it is",
        ],
    },
    "failures": {
        "title": "Twice is not always enough",
        "minutes": 8,
        "files_tell": True,
        "files": {"inputs.csv": "slurm/failures/inputs.csv"},
        "hints": [
            "the first time, it is --array=3",
            "give run_again.py the ids of all your tries, the first one first",
        ],
    },
    "time-limits": {
        "title": "Forty were too few",
        "minutes": 6,
        "files_tell": True,
        "files": {},
        "hints": [
            "the number of repetitions is not in the checkpoint",
            "it is the command of cv/resumed.json with another number",
        ],
    },
    "threads-and-seeds": {
        "title": "Points in a circle",
        "minutes": 8,
        "files": {"python/my_pi.py": "python/seeds/pi.py"},
        "hints": [
            "all tasks begin with the same seed",
            "np.random.default_rng takes a list of whole numbers, the index first",
        ],
    },
    "speed": {
        "title": "Nine runs in a task",
        "minutes": 6,
        "files_tell": True,
        "files": {"nine.sh": "slurm/speed/chunks.sh"},
        "hints": [
            "change size, and give --array on the command line",
            "the indices begin with 0",
        ],
    },
    "pitfalls": {
        "title": "A file of its own",
        "minutes": 6,
        "files": {"own_file.sh": "slurm/pitfalls/one_temporary_file.sh"},
        "hints": [
            "each task knows its own SLURM_ARRAY_TASK_ID",
            "the name stands in two lines",
        ],
    },
    "environments": {
        "title": "The environment moves",
        "minutes": 5,
        "files": {},
        "hints": ["it is one mv", "a copy is not moved, and a new one is right"],
    },
    "workflow-managers": {
        "title": "Another count",
        "minutes": 5,
        "answers": 1,
        "files": {},
        "hints": [
            "the last row of params.csv begins with the last index",
            "Snakemake compares files. Which rule reads params.csv?",
        ],
    },
    "cities": {
        "title": "Parallel-1",
        "minutes": 25,
        "files": {"python/my_code_for_index.py": "python/long_code.py", "cities": None},
        "hints": [
            "what was inside of the loop stays, once",
            "sys.argv[1] is the first word behind the name of the script",
            "compare the word with the indices that there are, before int",
        ],
    },
}

STATE_FILE = Path(".check.json")
TASKS = 7  # of the job array of the lesson
RUNS = 35
SECONDS_OF_A_TASK = 120  # of an exercise that is run here
SECONDS_TO_REFUSE = 15
INDICES_TO_TRY = [0, 7]  # of the countries
METRICS = ["canberra", "chebyshev", "cosine", "euclidean", "manhattan"]

# What cities.csv holds, and the checksum of its lines.
COUNTRIES, CITIES = 12, 480
CONTENT = "a329fe93fc2dee95ff29264a52c147f37f2fbb6146c76ce64a0c7bbd5210aeeb"
COLUMNS = ["Name", "Country", "Latitude", "Longitude"]

# The answers of array-or-script, and why each other word is wrong there.
CHOICES = ["array", "script", "chunks", "job"]
WHY = [
    "the same analysis, ten minutes for each image: nothing differs but the image",
    "the three jobs must ask for different memory, and tasks of an array cannot",
    "half a second is too short for a task: each must do thousands of them",
    "each step needs the results so far, so there is nothing to do at the same time",
]


class Wrong(Exception):
    """What is wrong and why, and a hint."""


class CannotTell(Exception):
    """What cannot be checked here, and why."""


NO_SACCT = "there is no sacct here. On a login node type python3, the image has none"


# ---- files ----


def read_text(path, hint):
    """Return the text of a file that an exercise makes."""
    if os.path.lexists(path) and not os.path.isfile(path):
        raise Wrong(f"{path} is no file", hint)  # reading a pipe would wait for ever
    try:
        return Path(path).read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise Wrong(f"{path} is missing", hint) from None
    except UnicodeDecodeError:
        raise Wrong(f"{path} is damaged: it is no text in UTF-8", hint) from None
    except OSError as error:
        raise Wrong(f"{path} can't be read: {error.strerror}", hint) from None


def read_json(path, hint):
    """Return what a JSON file holds."""
    try:
        return json.loads(read_text(path, hint))
    except (ValueError, RecursionError):
        raise Wrong(f"{path} is damaged: it is no JSON", hint) from None


def read_runs(path, hint):
    """Return the runs of a result file: a list, alone or by the name "runs"."""
    result = read_json(path, hint)
    runs = result.get("runs") if isinstance(result, dict) else result
    if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs):
        raise Wrong(f"{path} is damaged: it holds no runs", hint)
    return runs


def read_table(path, column, hint):
    """Return the rows of a CSV file that has this column."""
    try:
        rows = list(csv.DictReader(read_text(path, hint).splitlines(), strict=True))
    except csv.Error as error:
        raise Wrong(f"{path} is damaged: {error}", hint) from None
    if rows and column not in rows[0]:
        raise Wrong(f"{path} is not the lesson's: it has no column {column}", hint)
    if not rows or not all(row.get(column) for row in rows):
        raise Wrong(f"{path} is damaged: not every row has its {column}", hint)
    return rows


def written(path):
    """Return when a file was written, in nanoseconds."""
    return os.stat(path).st_mtime_ns


def first_line(text):
    """Return the first line of a text that is not empty, and not too long."""
    return (text.strip().splitlines() or ["nothing"])[0][:70]


# ---- Slurm ----


def sacct_is_here():
    """Tell whether Slurm can be asked; without it, only files are looked at."""
    return shutil.which("sacct") is not None


def ask_sacct(*options, fields):
    """Return a dict for each job or task of yours, in the order of submission."""
    if not sacct_is_here():
        raise CannotTell(NO_SACCT)
    command = ["sacct", "--allocations", "--parsable2", "--noheader", "--units=M"]
    command += [f"--user={os.getuid()}", "--starttime=now-60days"]
    command += [*options, f"--format={','.join(fields)}"]
    # Tasks that never started are one row. Without this, sacct cuts a long list.
    environment = {**os.environ, "SLURM_BITSTR_LEN": "0"}
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    if done.returncode:
        said = first_line(done.stderr.decode(errors="replace"))
        raise CannotTell(f"sacct gave no answer: {said}")
    rows = []
    for line in done.stdout.decode(errors="replace").splitlines():
        # The last field may be a command, and have a bar in it.
        row = dict(zip(fields, line.split("|", len(fields) - 1)))
        job = re.match(r"(\d+)(?:_(\S+))?", row["JobID"])
        if len(row) < len(fields) or not job or not row["State"].strip():
            raise CannotTell(f"sacct says: {first_line(line)}")
        row["job"], row["task"] = job[1], job[2] or ""
        row["State"] = row["State"].split()[0]  # it may be "CANCELLED by" somebody
        rows.append(row)
    return sorted(rows, key=lambda row: (int(row["job"]), row["task"].zfill(9)))


def jobs_named(name, *more):
    """Return all jobs of this name; each must have ended."""
    rows = ask_sacct(f"--name={name}", fields=["JobID", "State", "ExitCode", *more])
    if not rows:
        hint = f"--job-name={name} stands behind sbatch, before the name of the script"
        raise Wrong(f"you have no job with the name {name}", hint)
    for row in rows:
        if row["State"] in ("PENDING", "RUNNING", "COMPLETING", "REQUEUED"):
            hint = "squeue --me shows what waits and runs"
            raise Wrong(f"job {row['JobID']} is {row['State']}: wait for its end", hint)
    return rows


def last_named(name, *more):
    """Return the last job of this name, an array as its tasks: an older try is over."""
    rows = jobs_named(name, *more)
    return [row for row in rows if row["job"] == rows[-1]["job"]]


def must_be_completed(rows, log):
    """Refuse a job or a task that has not ended well."""
    for row in rows:
        if row["State"] != "COMPLETED":
            said = f"job {row['JobID']} is {row['State']} with {row['ExitCode']}"
            raise Wrong(f"{said}, not COMPLETED", f"read its log {log}")


def must_have_tasks(rows, wanted, why):
    """Refuse an array that has other tasks than the wanted ones."""
    found = [row["task"] for row in rows]
    if found != wanted:
        tasks = ", ".join(found) if any(found) else "no index, so it is no array"
        hint = "look at --array"
        raise Wrong(f"job {rows[0]['job']} has {tasks}, and {why}", hint)


# ---- the exercises ----


def must_have_split():
    """Refuse a folder without the split: an exercise has renamed it."""
    if Path("data/iris_split.npz").is_file():
        return
    hint = "run preprocess.py again"
    for away in sorted(Path().glob("*/iris_split.npz")):
        hint = f"mv {away.parent} data"
    if os.path.lexists("data"):  # or mv would put it into that
        hint = f"remove data, then {hint}"
    raise Wrong("data is still away, and the next pages need it", hint)


def check_split(answers):
    hint = "write 2> missing.txt behind the command, while data is away"
    text = read_text("missing.txt", hint)
    if not text.strip():
        raise Wrong("missing.txt is empty: > takes standard output only", hint)
    if not text.startswith("data/iris_split.npz is missing"):
        raise Wrong(f"missing.txt says: {first_line(text)}", hint)
    must_have_split()


def check_container(answers):
    hint = "apptainer exec knn.sif python --version > inside.txt"
    recipe = read_text("container/singularity.def", "take it from the zip again")
    image = re.search(r"python:(\d+\.\d+)", recipe)
    if not image:
        hint = "take it from the zip again"
        raise Wrong("container/singularity.def names no image of Python", hint)
    text = read_text("inside.txt", hint)
    version = re.match(r"Python (\d+\.\d+)", text)
    if not version:
        raise Wrong(f"inside.txt has no version: {first_line(text)}", hint)
    if version[1] != image[1]:
        said = f"inside.txt has Python {version[1]}, and the image Python {image[1]}"
        raise Wrong(f"{said}: that was the one outside", hint)


def check_login_node(answers):
    [job] = last_named("stage_damaged")[:1]
    log = f"stage_damaged_{job['job']}.log"
    if job["State"] == "COMPLETED":
        hint = "damage pieces.tar.gz before you submit"
        raise Wrong(f"job {job['job']} is COMPLETED: its archive was whole", hint)
    if (job["State"], job["ExitCode"]) != ("FAILED", "2:0"):
        said = f"job {job['job']} is {job['State']} with {job['ExitCode']}"
        hint = f"read its log {log}: something else is wrong"
        raise Wrong(f"{said}, and tar ends with 2:0", hint)
    if "gzip: " not in read_text(log, "submit again in this folder"):
        hint = "is pieces.tar.gz there, and only its end missing?"
        raise Wrong(f"{log} has no line of gzip: the archive was not cut off", hint)
    hint = "make the archive and sorted.csv again, as on the page"
    lines = read_text("sorted.csv", hint).splitlines()
    if sorted(lines) != sorted(read_text("cities.csv", hint).splitlines()):
        said = f"sorted.csv has {len(lines)} lines that are not those of cities.csv"
        raise Wrong(said, hint)


def check_first_job(answers):
    must_have_split()
    failed = [job for job in jobs_named("knn_stops") if job["State"] == "FAILED"]
    if not failed:
        hint = "let a file stand where the script wants the folder data"
        raise Wrong("no job knn_stops is FAILED: its first step went well", hint)
    log = f"knn_stops_{failed[-1]['job']}.log"
    if "accuracy" in read_text(log, "submit in this folder"):
        hint = "the first step makes the split: it must fail, not the second one"
        raise Wrong(f"{log} has accuracies: the first step went well", hint)


def check_neighbors(path, k, hint):
    """Refuse the result file of a train_and_plot.py that is not of k neighbours."""
    runs = read_runs(path, hint)
    for run in runs:
        if run.get("n_neighbors") != k:
            found = first_line(str(run.get("n_neighbors")))
            said = f"{path} has a run with {found} neighbours"
            raise Wrong(f"{said}, not {k}", hint)
    if sorted(str(run.get("metric")) for run in runs) != METRICS:
        raise Wrong(f"{path} has not a run for each of {', '.join(METRICS)}", hint)


def check_parameters(answers):
    hint = "run parameters/train_and_plot.py with --n-neighbors 5"
    check_neighbors("results/scores_k05.json", 5, hint)
    for metric in METRICS:
        path = Path(f"results/knn_{metric}_05.png")
        if not path.is_file():
            raise Wrong(f"{path} is missing: each metric has a picture", hint)


def check_array_or_script(answers):
    for number, (answer, choice, why) in enumerate(zip(answers, CHOICES, WHY), 1):
        answer = answer.lower().strip(",;.")
        if answer not in CHOICES:
            hint = f"the words are {', '.join(sorted(CHOICES))}"
            raise Wrong(f"{number}. {answer} is none of the four words", hint)
        if answer != choice:
            hint = "look at the table of the page"
            raise Wrong(f"{number}. is not {answer}: {why}", hint)


def check_array_jobs(answers):
    hint = "after rm, sbatch makes it again; see its log two_again_ID_INDEX.log"
    for index in range(TASKS):
        read_runs(f"results/scores_{index}.json", hint)
    if not sacct_is_here():
        made = [written(f"results/scores_{index}.json") for index in range(TASKS)]
        again = [made.pop(5), made.pop(2)]
        if min(again) < max(made):
            hint = "remove both, then the loop of the page with 2 and 5"
            raise Wrong("results 2 and 5 are not newer than the others", hint)
        return
    rows = last_named("two_again")
    must_have_tasks(rows, ["2", "5"], "only 2 and 5 were lost")
    must_be_completed(rows, "two_again_ID_INDEX.log")


def check_submission_script(answers):
    if sacct_is_here():
        rows = last_named("knn_k48")
        if rows[0]["ExitCode"] == "2:0":
            said = f"job {rows[0]['job']} had no --n-neighbors, or a wrong one"
            raise Wrong(said, "what stands behind the batch script are its arguments")
        must_be_completed(rows, "knn_k48_ID.log")
    hint = "write --n-neighbors 48 behind the name of the batch script"
    check_neighbors("results/scores_k48.json", 48, hint)


def waits_for(row):
    """Return of a job how it waits, and for which job."""
    # What stands behind the name of a script are arguments of the script.
    options = re.split(r" \S+\.sh\b", row["SubmitLine"])[0]
    found = re.search(r" (?:-d|--dependency)[ =]?(after\w+):(\d+)", options)
    if not found:
        said = f"job {row['JobID']} waits for no other: {row['SubmitLine'][:60]}"
        hint = "--dependency=KIND:ID stands before the name of the script"
        raise Wrong(said, hint)
    return found[1], found[2]


def check_dependencies(answers):
    [job] = last_named("list", "SubmitLine")[:1]
    kind, array = waits_for(job)
    if kind != "afterany":
        hint = "afterok never starts if a task has failed"
        raise Wrong(f"job {job['job']} waits with {kind}, not in whatever state", hint)
    fields = ["JobID", "State", "ExitCode", "SubmitLine"]
    tasks = ask_sacct(f"--jobs={array}", fields=fields)
    if len(tasks) < TASKS:
        hint = "keep the id of the array, and not that of another job"
        raise Wrong(f"job {job['job']} waits for {array}, which is not the array", hint)
    kind, preprocess = waits_for(tasks[0])
    if kind != "afterok":
        hint = "without a good split, no task should start"
        raise Wrong(f"array {array} waits with {kind}, not for a good end", hint)
    rows = ask_sacct(f"--jobs={preprocess}", fields=fields)
    must_be_completed(rows, f"of job {preprocess}")
    log = f"list_{job['job']}.log"
    text = read_text(log, "give it --output=list_%j.log")
    found = len(set(re.findall(r"\bscores_\d+\.json", text)))
    if found != TASKS:
        hint = "the logs of the tasks say why; or begin anew, with the split"
        raise Wrong(f"{log} lists {found} result files of {TASKS}", hint)


def check_collect(answers):
    hint = "collect into it without --param-file, after rm results/scores_6.json"
    table = read_table("scores-without.csv", "index", hint)
    found = sorted({row["index"] for row in table})
    wanted = [str(index) for index in range(TASKS)]
    if found == wanted:
        raise Wrong("scores-without.csv has the last task, too", hint)
    if found != wanted[:-1]:
        tasks = first_line(", ".join(found))
        said = f"scores-without.csv has {tasks}: only the last one goes"
        raise Wrong(said, hint)
    hint = "run the last task again, then collect with --param-file params.csv"
    read_runs(f"results/scores_{wanted[-1]}.json", hint)
    if {row["index"] for row in read_table("scores.csv", "index", hint)} != set(wanted):
        raise Wrong("scores.csv has not all tasks", hint)
    if written("scores.csv") < written(f"results/scores_{wanted[-1]}.json"):
        raise Wrong("scores.csv is older than the result of the last task", hint)


def check_own_sweep(answers):
    hint = "write 0.08 for 0.06 in create_sweep.py, and a new epidemic/sweep.csv"
    risks = {row["risk"] for row in read_table("epidemic/sweep.csv", "risk", hint)}
    if "0.08" not in risks or "0.06" in risks:
        found = first_line(", ".join(sorted(risks)))
        raise Wrong(f"epidemic/sweep.csv has the risks {found}", hint)
    if sacct_is_here():
        rows = last_named("epidemic")
        why = "only these rows have another risk: 5, 11, 17, 23"
        must_have_tasks(rows, ["5", "11", "17", "23"], why)
        must_be_completed(rows, "epidemic_ID_INDEX.log")
    hint = "collect again with --param-file epidemic/sweep.csv"
    if {row["risk"] for row in read_table("epidemic.csv", "risk", hint)} != risks:
        raise Wrong("epidemic.csv has other risks than epidemic/sweep.csv", hint)


def must_get_twice():
    """Refuse tries of task 3 that did not each get twice the memory of the last."""
    rows = [row for row in jobs_named("uneven", "ReqMem") if row["task"] == "3"]
    tries = [(row["State"], row["ReqMem"]) for row in rows][-3:]
    said = ", ".join(f"{state} with {memory}" for state, memory in tries)
    if not tries or tries[-1][0] != "COMPLETED":
        hint = "type what run_again.py prints"
        raise Wrong(f"task 3 has not ended well: {said or 'it never ran'}", hint)
    hint = "begin with --array=3, and take each time what run_again.py prints"
    out = "OUT_OF_MEMORY"
    if tries != [(out, "200M"), (out, "400M"), ("COMPLETED", "800M")]:
        raise Wrong(f"task 3 did not begin with 200M and get twice of it: {said}", hint)


def check_failures(answers):
    hint = "sed -i 's/^3,20/3,500/' inputs.csv, then run task 3"
    rows = read_table("inputs.csv", "megabytes", hint)
    if [row["megabytes"] for row in rows if row.get("index") == "3"] != ["500"]:
        raise Wrong("inputs.csv does not give 500 megabytes to task 3", hint)
    if sacct_is_here():
        must_get_twice()
    runs = read_runs("uneven/uneven_3.json", hint)
    if [run.get("megabytes") for run in runs] != [500]:
        raise Wrong("uneven/uneven_3.json is not of 500 megabytes", hint)


def check_time_limits(answers):
    hint = "submit with 60 and the same cv/resumed.json"
    result = read_json("cv/resumed.json", hint)
    number = result.get("repetitions") if isinstance(result, dict) else None
    if number != 60:
        found = first_line(str(number))
        raise Wrong(f"cv/resumed.json has {found} repetitions, not 60", hint)
    if not sacct_is_here():
        path = "cv/resumed.checkpoint.json"
        checkpoint = read_json(path, "run the cross_validate.py of checkpoint/")
        done = checkpoint.get("repetitions") if isinstance(checkpoint, dict) else None
        if not isinstance(done, list) or len(done) != 60:
            hint = "only the cross_validate.py of checkpoint/ goes on"
            raise Wrong(f"{path} has not the 60 repetitions", hint)
        return
    rows = last_named("cv_checkpoint")
    must_be_completed(rows, "cv_checkpoint_ID.log")
    log = f"cv_checkpoint_{rows[0]['job']}.log"
    begins = re.search(r"begins after (\d+) of 60", read_text(log, hint))
    if not begins or begins[1] != "40":
        said = begins[0] if begins else "has no line: begins after 40 of 60"
        hint = "keep cv/resumed.checkpoint.json; do the forty again, then add 20"
        raise Wrong(f"{log} {said}: the forty must not be done again", hint)


# Runs a script, and says on standard error which seeds it gave to NumPy.
RUN_AND_TELL_SEEDS = """
import json, runpy, sys
import numpy as np

def tell(seed):
    if isinstance(seed, np.random.SeedSequence):
        seed = None if seed.spawn_key else seed.entropy  # one that was spawned is mixed
    try:
        numbers = [int(number) for number in np.atleast_1d(seed)]
    except TypeError:  # no seed, or a generator
        return
    print("seed:", json.dumps(numbers), file=sys.stderr)

def telling(make):
    def told(seed=None):
        tell(seed)
        return make(seed)
    return told

class RandomState(np.random.RandomState):  # a type, as NumPy asks for it
    def __init__(self, seed=None):
        tell(seed)
        super().__init__(seed)

np.random.seed = telling(np.random.seed)
np.random.default_rng = telling(np.random.default_rng)
np.random.RandomState = RandomState
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run_pi(index):
    """Return the answer and the seeds of my_pi.py, run in the image if there is one."""
    python = [sys.executable]
    if shutil.which("apptainer") and Path("knn.sif").exists():
        python = ["apptainer", "exec", "knn.sif", "python"]
    script = ["python/my_pi.py", str(index)]
    try:
        done = subprocess.run(
            [*python, "-c", RUN_AND_TELL_SEEDS, *script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=SECONDS_OF_A_TASK,
        )
    except subprocess.TimeoutExpired:
        raise Wrong("python/my_pi.py does not end in time", "run it") from None
    said = done.stderr.decode(errors="replace").strip().splitlines()
    seeds = [json.loads(line[6:]) for line in said if line.startswith("seed: [")]
    words = [line for line in said if not line.startswith("seed: [")]
    if done.returncode:
        hint = f"run it: {' '.join([*python, *script])}"
        raise Wrong(f"python/my_pi.py fails: {words[-1] if words else 'no word'}", hint)
    return done.stdout.decode(errors="replace").partition(":")[2].strip(), seeds


def check_threads_and_seeds(answers):
    hint = "cp python/seeds/pi.py python/my_pi.py, then mend it"
    read_text("python/my_pi.py", hint)
    runs = [run_pi(index) for index in range(4)]
    said = [answer for answer, _ in runs]
    if not re.fullmatch(r"pi is about 3\.1\d*", said[0]):
        hint = "its last line is right as it is"
        raise Wrong(f"task 0 of python/my_pi.py does not estimate pi: {said[0]}", hint)
    hint = "make a generator from the index: np.random.default_rng([index, 1])"
    # Without a seed, the four digits are the same by chance once in sixty times.
    again = 1 if runs[0][1] else 5
    if any(run_pi(0)[0] != said[0] for _ in range(again)):
        raise Wrong("task 0 has another answer each time: it has no seed", hint)
    if len(set(said)) == 1:
        raise Wrong("all tasks have the same answer: one seed for all", hint)
    for first in range(4):
        for second in range(first + 1, 4):
            # Two answers may be equal by chance.
            if runs[first] == runs[second]:
                same = f"tasks {first} and {second} have the same answer"
                raise Wrong(f"{same}, and the same seed", hint)
    for seeds in zip(*(seeds for _, seeds in runs)):
        must_be_a_mixed_seed(seeds, hint)


def must_be_a_mixed_seed(seeds, hint):
    """Refuse the seeds of the first tasks if another array could have one of them."""
    if len(seeds[0]) > 1:
        if seeds[0][-1] == 0 != seeds[1][-1]:
            said = "the index is at the end of the seed, where NumPy loses a 0"
            raise Wrong(f"{said}: {seeds[0]} is the seed {seeds[0][:-1]}", hint)
        return
    numbers = [seed[0] for seed in seeds]
    steps = {numbers[i + 1] - numbers[i] for i in range(len(numbers) - 1)}
    if len(steps) == 1 and steps != {0}:
        said = f"the seeds are {', '.join(map(str, numbers))}"
        raise Wrong(f"{said}: those of two arrays can overlap", hint)


def check_speed(answers):
    rows = []
    if sacct_is_here():
        rows = last_named("nine")
        must_have_tasks(rows, ["0", "1", "2", "3"], f"9 x 4 is enough for {RUNS} runs")
        must_be_completed(rows, "nine_ID_INDEX.log")
    hint = "set size=9 in nine.sh, and name the folder: nine.sh nine"
    for index in range(RUNS):
        runs = read_runs(f"nine/scores_{index}.json", hint)
        if len(runs) != 1:
            raise Wrong(f"nine/scores_{index}.json has {len(runs)} runs, not one", hint)
    for row in rows:
        # Not every way to make these files has four tasks of nine.
        begin = 9 * int(row["task"])
        said = f"runs {begin} to {min(begin + 9, RUNS) - 1} are in nine"
        log = f"nine_{row['job']}_{row['task']}.log"
        if said not in read_text(log, hint):
            raise Wrong(f"{log} does not say: {said}", hint)


def check_pitfalls(answers):
    hint = "cp slurm/pitfalls/one_temporary_file.sh own_file.sh, then mend it"
    text = read_text("own_file.sh", hint)
    if re.search(r"(?<![\w}])work\.tmp", text):
        said = "own_file.sh still has work.tmp, one file for all tasks"
        raise Wrong(said, "put $SLURM_ARRAY_TASK_ID into its name")
    rows = last_named("own_file")
    tasks = [str(index) for index in range(TASKS)]
    must_have_tasks(rows, tasks, f"the script has {TASKS} tasks")
    must_be_completed(rows, "own_file_ID_INDEX.log")
    for row in rows:
        log = f"own_file_{row['job']}_{row['task']}.log"
        hint = "--job-name=own_file gives the logs their name"
        said = re.search(r"what task (\S+) wrote", read_text(log, hint))
        if not said or said[1] != row["task"]:
            found = f"what task {said[1]} wrote" if said else "nothing"
            hint = "write and read the same name, in both lines"
            raise Wrong(f"task {row['task']} reads {found} ({log})", hint)


def check_environments(answers):
    if not Path("moved").is_dir():
        raise Wrong("there is no folder moved", "mv lean moved")
    if Path("lean").exists():
        hint = "rm -r moved, then mv lean moved"
        raise Wrong("lean is still there: it was copied, not moved", hint)
    hint = "make lean anew as on the page, then mv lean moved"
    start = read_text("moved/bin/f2py", hint)[:500]
    if "lean/bin/python" not in start:
        raise Wrong("moved/bin/f2py does not name lean: moved was made anew", hint)


def check_workflow_managers(answers):
    hint = "run create_parameter_array.py, then change the last row"
    rows = read_table("params.csv", "n_neighbors", hint)
    if rows[-1]["n_neighbors"] == "64":
        raise Wrong("the last row of params.csv has 64, as before", hint)
    if len(rows) != TASKS:
        raise Wrong(f"params.csv has {len(rows)} rows, not {TASKS}", hint)
    if answers[0] == "1":
        hint = "what does the rule train say under input?"
        raise Wrong("not 1: Snakemake does not know which line has changed", hint)
    if answers[0] != str(TASKS):
        hint = "count the jobs of the rule train only"
        raise Wrong(f"not {answers[0]} tasks of train", hint)


def read_cities(path):
    """Return the lines to write for each country, in the order of the file."""
    if not path.exists():
        sys.exit(f"{path} is missing: take it from the zip")
    again = f"take {path} from the zip again"
    countries = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, strict=True)
        header = next(rows, [])
        if header != COLUMNS:
            expected, found = ",".join(COLUMNS), ",".join(header)
            sys.exit(f"{path}, line 1: expected {expected}, found {found}: {again}")
        for row in filter(None, rows):  # without empty lines
            if len(row) != len(COLUMNS) or "" in row:
                where, found = f"{path}, line {rows.line_num}", ",".join(row)
                sys.exit(f"{where}: expected four values, found {found}: {again}")
            name, country, latitude, longitude = row
            line = f"{name}: {float(latitude):.5f} {float(longitude):.5f}\n"
            countries.setdefault(country, []).append(line)
    if not countries:
        sys.exit(f"{path} has no city in it: {again}")
    return countries


def file_name(index, country):
    """Return a file name of plain letters that no other index gives.

    For 3 and "Côte d'Ivoire" it is 03_Cote_d_Ivoire.txt.
    """
    letters = unicodedata.normalize("NFKD", country).encode("ascii", "ignore").decode()
    return f"{index:02}_{re.sub('[^A-Za-z0-9]+', '_', letters)[:50]}.txt"


def true_cities():
    """Return what cities.csv holds, if it is the file of the zip."""
    try:
        countries = read_cities(Path("cities.csv"))
    except (OSError, ValueError, csv.Error) as error:
        sys.exit(f"cities.csv can't be read: {error}: take it from the zip again")
    cities = sum(map(len, countries.values()))
    content = "".join(
        f"{country}\n{''.join(countries[country])}" for country in countries
    )
    if (len(countries), cities) != (COUNTRIES, CITIES):
        found = f"{cities} cities of {len(countries)} countries"
        expected = f"{CITIES} of {COUNTRIES}"
        sys.exit(f"cities.csv has {found}, not {expected}: take it from the zip again")
    if hashlib.sha256(content.encode("utf-8")).hexdigest() != CONTENT:
        sys.exit("cities.csv has other cities than the zip: take it from the zip again")
    return countries


def is_exactly(path, content):
    """Tell whether a file holds these bytes."""
    try:
        return path.is_file() and path.read_bytes() == content
    except OSError:
        return False


def check_cities(answers):
    folder = Path("cities")
    expected = {}
    for index, (country, lines) in enumerate(true_cities().items()):
        path = folder / file_name(index, country)
        expected[path] = "".join(lines).encode("utf-8")
    right = [path for path in expected if is_exactly(path, expected[path])]
    count = f"{len(right)} of {COUNTRIES} countries are right"
    for index, path in enumerate(expected):
        if path not in right:
            what = "differs" if path.exists() else "is missing"
            raise Wrong(f"{path} {what}; {count}", f"run your script with {index}")
    for path in sorted(folder.iterdir()):
        if path not in expected and path.name[0] != ".":
            hint = "remove the folder cities, and run the array again"
            raise Wrong(f"{path} is one file too many; {count}", hint)
    script = "python/my_code_for_index.py"
    read_text(script, "give your script this name")
    for word in ("-1", "99", "Brazil"):
        must_refuse(os.path.abspath(script), word)
    must_write(os.path.abspath(script), expected)


def start_in(folder, script, word):
    """Start a script in a folder that has nothing but cities.csv."""
    shutil.copy("cities.csv", folder)
    command = [sys.executable, script, word]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def must_refuse(script, word):
    """Refuse a script that takes this word; it runs in a folder that is removed."""
    hint = "compare the word with the indices that there are, before the work"
    with tempfile.TemporaryDirectory() as folder:
        with start_in(folder, script, word) as process:
            try:
                said = process.communicate(timeout=SECONDS_TO_REFUSE)[1]
            except subprocess.TimeoutExpired:
                process.kill()
                said = f"your script takes {word}, and works on it"
                raise Wrong(said, hint) from None
        if process.returncode == 0:
            raise Wrong(f"your script takes {word}, and ends well", hint)
        error = re.search(r"^\w+Error\b.*", said.decode(errors="replace"), re.M)
        if error:
            said = f"for {word}, your script ends in {first_line(error[0])}"
            raise Wrong(f"{said}, not in a line of its own", hint)


def must_write(script, expected):
    """Refuse a script that does not write the list of its index, and no other.

    What lies in the folder cities may have been written by another one. The indices
    are tried at the same time, each in a folder that is removed.
    """
    folders = [tempfile.TemporaryDirectory() for _ in INDICES_TO_TRY]
    tries = []
    try:
        for folder, index in zip(folders, INDICES_TO_TRY):
            process = start_in(folder.name, script, str(index))
            tries.append((index, Path(folder.name), process))
        for index, folder, process in tries:
            hint = f"remove the folder cities, then run your script with {index}"
            try:
                said = process.communicate(timeout=SECONDS_OF_A_TASK)[1]
            except subprocess.TimeoutExpired:
                said = f"with {index}, your script does not end in time"
                raise Wrong(said, hint) from None
            if process.returncode:
                last = said.decode(errors="replace").strip().splitlines()[-1:]
                last = first_line("".join(last))
                raise Wrong(f"with {index}, your script fails: {last}", hint)
            path = list(expected)[index]
            others = [
                found.relative_to(folder)
                for found in sorted(folder.glob("cities/*"))
                if found.name != path.name and found.name[0] != "."
            ]
            if others:
                raise Wrong(f"with {index}, your script writes {others[0]}", hint)
            if not is_exactly(folder / path, expected[path]):
                what = "differs" if (folder / path).exists() else "is missing"
                raise Wrong(f"with {index}, your script ends and {path} {what}", hint)
    finally:
        for _, _, process in tries:
            process.kill()
            process.wait()
            process.stderr.close()
        for folder in folders:
            folder.cleanup()


CHECKS = {
    "split": check_split,
    "container": check_container,
    "login-node": check_login_node,
    "first-job": check_first_job,
    "parameters": check_parameters,
    "array-or-script": check_array_or_script,
    "array-jobs": check_array_jobs,
    "submission-script": check_submission_script,
    "dependencies": check_dependencies,
    "collect": check_collect,
    "own-sweep": check_own_sweep,
    "failures": check_failures,
    "time-limits": check_time_limits,
    "threads-and-seeds": check_threads_and_seeds,
    "speed": check_speed,
    "pitfalls": check_pitfalls,
    "environments": check_environments,
    "workflow-managers": check_workflow_managers,
    "cities": check_cities,
}


# ---- what is done, hints, and the way back ----


def read_state():
    """Return {name: {"done": bool, "files": bool, "hints": how many were given}}.

    With "files", only the files were right: there was nobody to ask about the jobs.
    """
    state = {name: {"done": False, "files": False, "hints": 0} for name in EXERCISES}
    try:
        noted = json.loads(STATE_FILE.read_bytes())
        for name in EXERCISES:
            state[name]["done"] = name in noted["done"]
            state[name]["files"] = name in noted.get("files", [])
            state[name]["hints"] = operator.index(noted["hints"].get(name, 0))
    except FileNotFoundError:
        pass
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError):
        sys.exit(f"{STATE_FILE} is damaged: remove it, and check what you have done")
    return state


def write_state(state):
    """Note what is done, and how many hints were given."""
    done = [name for name in EXERCISES if state[name]["done"]]
    files = [name for name in EXERCISES if state[name]["files"]]
    hints = {name: state[name]["hints"] for name in EXERCISES if state[name]["hints"]}
    unfinished = STATE_FILE.with_name(f".{uuid.uuid4().hex}{STATE_FILE.name}")
    try:
        noted = {"done": done, "files": files, "hints": hints}
        unfinished.write_text(json.dumps(noted))
        unfinished.replace(STATE_FILE)
    except OSError as error:
        said = f"{STATE_FILE} can't be written: {error.strerror}"
        print(f"note: this is not noted, {said}", file=sys.stderr)


def list_exercises(state):
    """Print all exercises, and which of them are done."""
    for name, exercise in EXERCISES.items():
        mark = "files only" if state[name]["files"] else ""
        mark = "done" if state[name]["done"] else mark
        print(f"{mark:10}  {name:18}{exercise['minutes']:3} min  {exercise['title']}")
    done = sum(entry["done"] for entry in state.values())
    print(f"{done} of {len(EXERCISES)} are done. Check one: python3 check.py NAME")


def give_hint(name, state):
    """Print the next hint of an exercise, and after the last one the first again."""
    hints = EXERCISES[name]["hints"]
    number = state[name]["hints"] % len(hints)
    state[name]["hints"] = number + 1
    write_state(state)
    print(f"hint {number + 1} of {len(hints)}: {hints[number]}")


def is_folder(path):
    """Tell whether this is a folder, and not a link to one."""
    return os.path.isdir(path) and not os.path.islink(path)


def reset(name, state):
    """Put the files of an exercise back to its beginning, after asking."""
    files = EXERCISES[name]["files"]
    todo = {path: source for path, source in files.items() if os.path.lexists(path)}
    for path, source in todo.items():
        gone = "removed, with all that is in it" if is_folder(path) else "removed"
        print(f"{path}: {f'as {source}' if source else gone}")
    print(f"{name}: {'' if todo else 'no file to put back, '}no longer noted as done")
    try:
        answer = input("do it? (yes/no) ")
    except EOFError:
        answer = ""
    if answer.strip() != "yes":
        sys.exit("nothing was changed")
    for path, source in todo.items():
        try:
            if source:
                shutil.copy(source, path)
            elif is_folder(path):
                shutil.rmtree(path)
            else:
                os.remove(path)
        except OSError as error:
            sys.exit(f"{path} can't be put back: {error.strerror}")
    state[name] = {"done": False, "files": False, "hints": 0}
    write_state(state)
    print(f"{name} is as at the beginning")


def check(name, answers, state):
    """Say whether an exercise is right, or the first thing that is wrong."""
    wanted = EXERCISES[name].get("answers", 0)
    if len(answers) != wanted:
        words = f"python3 check.py {name}" + " ANSWER" * wanted
        print(f"{name} takes {wanted or 'no'} answers: {words}", file=sys.stderr)
        sys.exit(2)
    try:
        CHECKS[name](answers)
    except CannotTell as error:
        what = f"{name}: what became of your jobs can't be checked"
        print(f"{what}: {error}", file=sys.stderr)
        sys.exit(2)
    except Wrong as error:
        what, hint = error.args
        print(f"wrong: {what}\nhint: {hint}")
        sys.exit(1)
    if EXERCISES[name].get("files_tell") and not sacct_is_here():
        if not state[name]["files"]:
            state[name]["files"] = True
            write_state(state)
        what = f"{name}: your files are right; your jobs can't be checked"
        print(f"{what}: {NO_SACCT}", file=sys.stderr)
        sys.exit(2)
    print(f"right: {name}")
    if not state[name]["done"]:
        state[name]["done"] = True
        write_state(state)


def main():
    parser = argparse.ArgumentParser(description="Check your solutions.")
    parser.add_argument("name", nargs="?", choices=EXERCISES, metavar="NAME")
    parser.add_argument("answers", nargs="*", metavar="ANSWER")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--hint", action="store_true", help="give the next hint")
    group.add_argument("--reset", action="store_true", help="put its files back")
    args = parser.parse_args()
    if not Path("slurm/scikit_example").is_dir():
        said = "this is not the folder of the lesson: there is no slurm/scikit_example"
        print(f"{said}. Go there with cd, then check again", file=sys.stderr)
        sys.exit(2)
    # A terminal that has no ô shows its code.
    sys.stdout.reconfigure(errors="backslashreplace")
    state = read_state()
    if args.hint or args.reset:
        if not args.name:
            parser.error("of which exercise?")
        (give_hint if args.hint else reset)(args.name, state)
    elif args.name:
        check(args.name, args.answers, state)
    else:
        list_exercises(state)


if __name__ == "__main__":
    main()
