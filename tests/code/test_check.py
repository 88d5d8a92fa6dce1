"""The program that checks the exercises: untouched is wrong, solved is right, and what is wrong is named.

The walk proves the way through Slurm: each page types its solution and then check.py. Here an sacct answers with what
the practice cluster's has said, and with what it says of other jobs.
"""

import ast
import json
import os
import re
import shutil
import sys

import pytest
from bundle import ASCII, CODE, load, snapshot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCRIPT = "check.py"
MODULE = load(SCRIPT)
NAMES = list(MODULE.EXERCISES)
ANSWERS = {"array-or-script": ["array", "script", "chunks", "job"], "workflow-managers": ["7"]}
AT_ONCE = {"SECONDS_OF_WORK": 0}

# `sacct -X -n -P --units=M --format=JobID,JobName,State,ExitCode,ReqMem,SubmitLine` after the solutions of the pages.
# {tasks} stands for a row each of the tasks 0 to 6.
EARLIER = """\
1_{tasks}|knn_array|COMPLETED|0:0|1024M|sbatch slurm/scikit_example/submit_parallel.sh
2_{tasks}|epidemic|COMPLETED|0:0|1024M|sbatch --array=0-6 slurm/own_sweep/submit_sweep.sh 4 epidemic
8|stage|COMPLETED|0:0|100M|sbatch slurm/login_node/stage.sh
24_{tasks}|uneven|COMPLETED|0:0|200M|sbatch slurm/failures/uneven.sh
34|cv_checkpoint|COMPLETED|0:0|1024M|sbatch slurm/scikit_example/submit_checkpoint.sh euclidean 40 cv/resumed.json
"""
JOBS = {
    "login-node": "9|stage_damaged|FAILED|2:0|100M|sbatch --job-name=stage_damaged slurm/login_node/stage.sh\n",
    "first-job": "10|knn_stops|FAILED|1:0|1024M|sbatch --job-name=knn_stops slurm/scikit_example/submit_job.sh\n",
    "array-jobs": """\
11_2|two_again|COMPLETED|0:0|1024M|sbatch --array=2,5 --job-name=two_again slurm/scikit_example/submit_parallel.sh
11_5|two_again|COMPLETED|0:0|1024M|sbatch --array=2,5 --job-name=two_again slurm/scikit_example/submit_parallel.sh
""",
    "submission-script": "12|knn_k48|COMPLETED|0:0|1024M|sbatch --job-name=knn_k48 "
    "slurm/scikit_example/submit_one.sh --n-neighbors 48\n",
    "dependencies": """\
14|knn_preprocess|COMPLETED|0:0|1024M|sbatch --parsable slurm/scikit_example/submit_preprocess.sh
15_{tasks}|knn_array|COMPLETED|0:0|1024M|sbatch --parsable --dependency=afterok:14 slurm/a.sh
16|list|COMPLETED|0:0|1000M|sbatch --dependency=afterany:15 --job-name=list --time=1 --wrap=ls results | cat
""",
    "own-sweep": """\
30_5|epidemic|COMPLETED|0:0|1024M|sbatch --array=5,11,17,23 slurm/own_sweep/submit_sweep.sh 1 epidemic
30_11|epidemic|COMPLETED|0:0|1024M|sbatch --array=5,11,17,23 slurm/own_sweep/submit_sweep.sh 1 epidemic
30_17|epidemic|COMPLETED|0:0|1024M|sbatch --array=5,11,17,23 slurm/own_sweep/submit_sweep.sh 1 epidemic
30_23|epidemic|COMPLETED|0:0|1024M|sbatch --array=5,11,17,23 slurm/own_sweep/submit_sweep.sh 1 epidemic
""",
    "failures": """\
31_3|uneven|OUT_OF_MEMORY|0:125|200M|sbatch --parsable --array=3 slurm/failures/uneven.sh
32_3|uneven|OUT_OF_MEMORY|0:125|400M|sbatch --parsable --array=3 --mem=400M slurm/failures/uneven.sh
33_3|uneven|COMPLETED|0:0|800M|sbatch --parsable --array=3 --mem=800M slurm/failures/uneven.sh
""",
    "time-limits": "35|cv_checkpoint|COMPLETED|0:0|1024M|sbatch slurm/submit_checkpoint.sh euclidean 60 cv/a.json\n",
    "speed": """\
36_0|nine|COMPLETED|0:0|1024M|sbatch --array=0-3 --job-name=nine nine.sh nine
36_1|nine|COMPLETED|0:0|1024M|sbatch --array=0-3 --job-name=nine nine.sh nine
36_2|nine|COMPLETED|0:0|1024M|sbatch --array=0-3 --job-name=nine nine.sh nine
36_3|nine|COMPLETED|0:0|1024M|sbatch --array=0-3 --job-name=nine nine.sh nine
""",
    "pitfalls": "47_{tasks}|own_file|COMPLETED|0:0|100M|sbatch --job-name=own_file own_file.sh\n",
}
SACCT = """\
import os, sys
here = os.path.dirname(os.path.abspath(__file__))
options = dict(word.partition("=")[::2] for word in sys.argv[1:])
assert {"--allocations", "--parsable2", "--noheader", "--units", "--user", "--starttime"} <= options.keys()
assert options["--user"] == str(os.getuid()) and os.environ["SLURM_BITSTR_LEN"] == "0"
if os.path.exists(os.path.join(here, "broken")):
    sys.exit("sacct: error: slurm_persist_conn_open_without_init: failed to open")
fields = ["JobID", "JobName", "State", "ExitCode", "ReqMem", "SubmitLine"]
for line in open(os.path.join(here, "accounting")):
    row = dict(zip(fields, line.rstrip("\\n").split("|", len(fields) - 1)))
    job = row["JobID"].partition("_")[0]
    if options.get("--name", row.get("JobName")) == row.get("JobName") and options.get("--jobs", job) == job:
        print("|".join(row[field] for field in options["--format"].split(",") if field in row))
"""


def rows(text):
    """The rows of sacct with one for each task."""
    found = []
    for line in text.splitlines(keepends=True):
        found += [line.replace("{tasks}", str(task)) for task in range(7)] if "{tasks}" in line else [line]
    return "".join(found)


def result(index, k=1):
    runs = [{"n_neighbors": k, "metric": metric, "accuracy": 0.7} for metric in MODULE.METRICS]
    return json.dumps({"index": index, "runs": runs})


def runs_of(k):
    return json.dumps(json.loads(result(0, k))["runs"])


def table(indices):
    return "index,n_neighbors,metric,accuracy\n" + "".join(f"{i},1,cosine,0.7\n" for i in indices)


def risks(*cells):
    return "index,risk\n" + "".join(f"{index},{risk}\n" for index, risk in enumerate(cells))


PARAMETERS = "index,n_neighbors\n" + "".join(f"{index},{2**index}\n" for index in range(7))
CITIES = (CODE / "cities.csv").read_text(encoding="utf-8")
INPUTS = (CODE / "slurm/failures/inputs.csv").read_text().replace("2O", "20")
PI = (CODE / "python/seeds/pi.py").read_text()


def seeded(line):
    """The script with another line in place of its seed."""
    return {"python/my_pi.py": PI.replace("np.random.seed(1)", line)}


def drawn(generator):
    """The script with a generator of its own."""
    mended = seeded(f"rng = {generator}")["python/my_pi.py"]
    return {"python/my_pi.py": mended.replace("np.random.random(", "rng.random(")}


SHARED = (CODE / "slurm/pitfalls/one_temporary_file.sh").read_text()
NO_WORDS = "import sys\n\nif not 0 <= int(sys.argv[1]) < 12:\n    sys.exit('no')\n"
INDEX = (CODE / "solutions/python/long_code_for_index.py").read_text(encoding="utf-8")
INDEX = INDEX.replace("SECONDS_OF_WORK = 20", "SECONDS_OF_WORK = 0")
CHOICE = "    country = list(countries)[index]\n"
SCRIPT_OF_CITIES = "python/my_code_for_index.py"


def indexed(lines):
    """The script of cities with other lines in place of its choice of a country."""
    assert INDEX.count(CHOICE) == 1
    return {SCRIPT_OF_CITIES: INDEX.replace(CHOICE, lines)}


# What a learner has who has followed all pages, but done no exercise.
FOLLOWED = {
    "data/iris_split.npz": "",
    "results/scores.json": "[]",
    **{f"results/scores_{index}.json": result(index, 2**index) for index in range(7)},
    **{f"results/knn_{metric}_04.png": "" for metric in MODULE.METRICS},
    "results/scores_k04.json": runs_of(4),
    "params.csv": PARAMETERS,
    "scores.csv": table(range(7)),
    "epidemic/sweep.csv": risks("0.05", "0.06"),
    "epidemic.csv": risks("0.05", "0.06"),
    "sorted.csv": "".join(sorted(CITIES.splitlines(keepends=True))),
    "inputs.csv": INPUTS,
    "uneven/uneven_3.json": '{"index": 3, "runs": [{"megabytes": 20, "seconds": 0, "bytes": 20000000}]}',
    "cv/resumed.json": '{"metric": "euclidean", "repetitions": 40, "accuracy": {}}',
    "cv_checkpoint_34.log": "start 1 of this job\nbegins after 0 of 40 repetitions\n",
    "lean/bin/f2py": "#!/home/learner/notebook-to-cluster/lean/bin/python\n",
}
# What the solution of each exercise makes; None is removed.
SOLVED = {
    "split": {"missing.txt": "data/iris_split.npz is missing: run preprocess.py first\n"},
    "container": {"inside.txt": "Python 3.13.5\n"},
    "login-node": {"stage_damaged_9.log": "\ngzip: stdin: unexpected end of file\ntar: Child returned status 1\n"},
    "first-job": {"knn_stops_10.log": "Traceback\nFileExistsError: [Errno 17] File exists: 'data'\n"},
    "parameters": {
        "results/scores_k05.json": runs_of(5),
        **{f"results/knn_{metric}_05.png": "" for metric in MODULE.METRICS},
    },
    "array-or-script": {},
    "array-jobs": {f"results/scores_{index}.json": result(index, 2**index) for index in (2, 5)},
    "submission-script": {"results/scores_k48.json": runs_of(48)},
    "dependencies": {"list_16.log": "".join(f"scores_{index}.json\n" for index in range(7)) + "scores.json\n"},
    "collect": {"scores-without.csv": table(range(6))},
    "own-sweep": {"epidemic/sweep.csv": risks("0.05", "0.08"), "epidemic.csv": risks("0.05", "0.08")},
    "failures": {
        "inputs.csv": INPUTS.replace("3,20", "3,500"),
        "uneven/uneven_3.json": '{"index": 3, "runs": [{"megabytes": 500, "seconds": 0, "bytes": 500000000}]}',
    },
    "time-limits": {
        "cv/resumed.json": '{"metric": "euclidean", "repetitions": 60, "accuracy": {}}',
        "cv/resumed.checkpoint.json": json.dumps({"parameters": {}, "repetitions": [[0.7]] * 60}),
        "cv_checkpoint_35.log": "start 1 of this job\nbegins after 40 of 60 repetitions\n",
    },
    "threads-and-seeds": drawn("np.random.default_rng([index, 1])"),
    "speed": {
        **{f"nine/scores_{index}.json": json.dumps({"index": index, "runs": [{}]}) for index in range(35)},
        "nine_36_0.log": "runs 0 to 8 are in nine\n",
        "nine_36_1.log": "runs 9 to 17 are in nine\n",
        "nine_36_2.log": "runs 18 to 26 are in nine\n",
        "nine_36_3.log": "runs 27 to 34 are in nine\n",
    },
    "pitfalls": {
        "own_file.sh": SHARED.replace("work.tmp", "work_$SLURM_ARRAY_TASK_ID.tmp"),
        **{f"own_file_47_{i}.log": f"task {i} reads what task {i} wrote\n" for i in range(7)},
    },
    "environments": {"lean/bin/f2py": None, "moved/bin/f2py": FOLLOWED["lean/bin/f2py"]},
    "workflow-managers": {"params.csv": PARAMETERS.replace("6,64", "6,50")},
    "cities": {"python/my_code_for_index.py": INDEX},
}
# Wrong answers: what is changed in the solution (files, text in the rows of sacct, answers), and what must be said.
# What happens by chance to a script without a seed.
TWICE_THE_SAME = """import sys
from pathlib import Path
calls = Path("../calls")
calls.write_text((calls.read_text() if calls.exists() else "") + "x")
index, number = sys.argv[1], len(calls.read_text())
print(f"task {index}: pi is about 3.14{index if number <= 5 else number}")
"""
WRONG = {
    "split": [
        ({"missing.txt": ""}, "missing.txt is empty: > takes standard output only"),
        ({"missing.txt": "wrote 35 pictures\n"}, "missing.txt says: wrote 35 pictures"),
        ({"data/iris_split.npz": None}, "hint: remove data, then run preprocess.py again"),
        ({"data/iris_split.npz": None, "data2/iris_split.npz": ""}, "hint: remove data, then mv data2 data"),
    ],
    "container": [
        ({"inside.txt": "Python 3.11.2\n"}, "inside.txt has Python 3.11, and the image Python 3.13"),
        ({"inside.txt": "FATAL:   could not open image\n"}, "inside.txt has no version: FATAL:   could not open image"),
        ({"container/singularity.def": "Bootstrap: docker\n"}, "container/singularity.def names no image of Python"),
    ],
    "login-node": [
        (("FAILED|2:0", "COMPLETED|0:0"), "job 9 is COMPLETED: its archive was whole"),
        (("FAILED|2:0", "FAILED|127:0"), "job 9 is FAILED with 127:0, and tar ends with 2:0"),
        (("FAILED|2:0", "PENDING|0:0"), "job 9 is PENDING: wait for its end"),
        ({"stage_damaged_9.log": "tar: pieces.tar.gz: Cannot open\n"}, "stage_damaged_9.log has no line of gzip"),
        ({"sorted.csv": "Oslo,Norway\n"}, "sorted.csv has 1 lines that are not those of cities.csv"),
    ],
    "first-job": [
        (("FAILED|1:0", "COMPLETED|0:0"), "no job knn_stops is FAILED: its first step went well"),
        (("knn_stops", "knn_all"), "you have no job with the name knn_stops"),
        ({"knn_stops_10.log": "k=1, euclidean: accuracy 0.64\n"}, "knn_stops_10.log has accuracies"),
        ({"data/iris_split.npz": None}, "data is still away"),
    ],
    "parameters": [
        ({"results/scores_k05.json": runs_of(4)}, "results/scores_k05.json has a run with 4 neighbours, not 5"),
        ({"results/scores_k05.json": "[]"}, "results/scores_k05.json has not a run for each of canberra, chebyshev"),
        ({"results/scores_k05.json": "{}"}, "results/scores_k05.json is damaged: it holds no runs"),
        ({"results/knn_cosine_05.png": None}, "results/knn_cosine_05.png is missing"),
    ],
    "array-or-script": [
        (["script", "script", "chunks", "job"], "1. is not script: the same analysis"),
        (["array", "array", "chunks", "job"], "2. is not array: the three jobs must ask for different memory"),
        (["array", "script", "array", "job"], "3. is not array: half a second is too short"),
        (["array", "script", "chunks", "arrays"], "4. arrays is none of the four words"),
    ],
    "array-jobs": [
        (("11_2", "11_1"), "job 11 has 1, 5, and only 2 and 5 were lost"),
        (("11_2|two_again|COMPLETED|0:0|1024M|", "11_2|two_again|"), "sacct says: 11_2|sbatch --array=2,5"),
        (("11_5|two_again|COMPLETED|0:0", "11_5|two_again|FAILED|1:0"), "job 11_5 is FAILED with 1:0, not COMPLETED"),
        (("11_5|two_again|COMPLETED|0:0", "11_5|two_again|CANCELLED by 1000|0:0"), "job 11_5 is CANCELLED with 0:0"),
        (("11_5|two_again", "12|two_again"), "job 12 has no index, so it is no array"),
        ({"results/scores_5.json": None}, "results/scores_5.json is missing"),
    ],
    "submission-script": [
        (("COMPLETED|0:0", "FAILED|2:0"), "job 12 had no --n-neighbors, or a wrong one"),
        (("COMPLETED|0:0", "TIMEOUT|0:0"), "job 12 is TIMEOUT with 0:0, not COMPLETED"),
        (("knn_k48|", "knn_one|"), "you have no job with the name knn_k48"),
        ({"results/scores_k48.json": runs_of(84)}, "results/scores_k48.json has a run with 84 neighbours, not 48"),
    ],
    "dependencies": [
        (("--dependency=afterany:15 ", ""), "job 16 waits for no other: sbatch --job-name=list"),
        (("afterany:15", "afterok:15"), "job 16 waits with afterok, not in whatever state"),
        (("afterany:15", "afterany:14"), "job 16 waits for 14, which is not the array"),
        (("--dependency=afterok:14 slurm/a.sh", "slurm/a.sh --dependency=afterok:14"), "job 15_0 waits for no other"),
        (("afterok:14", "afterany:14"), "array 15 waits with afterany, not for a good end"),
        (("knn_preprocess|COMPLETED|0:0", "knn_preprocess|FAILED|1:0"), "job 14 is FAILED with 1:0, not COMPLETED"),
        ({"list_16.log": "scores_1.json\nscores.json\n"}, "list_16.log lists 1 result files of 7"),
    ],
    "collect": [
        ({"scores-without.csv": table(range(7))}, "scores-without.csv has the last task, too"),
        ({"scores-without.csv": table(range(5))}, "scores-without.csv has 0, 1, 2, 3, 4: only the last one goes"),
        ({"scores-without.csv": "index\n\n"}, "scores-without.csv is damaged: not every row has its index"),
        ({"scores-without.csv": 'index\n"0\n'}, "scores-without.csv is damaged: unexpected end of data"),
        ({"results/scores_6.json": None}, "results/scores_6.json is missing"),
        ({"scores.csv": table(range(6))}, "scores.csv has not all tasks"),
        ({"results/scores_6.json": result(6, 64)}, "scores.csv is older than the result of the last task"),
    ],
    "own-sweep": [
        ({"epidemic/sweep.csv": risks("0.05", "0.06", "0.08")}, "epidemic/sweep.csv has the risks 0.05, 0.06, 0.08"),
        ({"epidemic/sweep.csv": "index,b\n0,0.1\n"}, "epidemic/sweep.csv is not the lesson's: it has no column risk"),
        ({"epidemic.csv": risks("0.05", "0.06")}, "epidemic.csv has other risks than epidemic/sweep.csv"),
        (("30_23", "31_24"), "job 31 has 24, and only these rows have another risk: 5, 11, 17, 23"),
        (("30_5|epidemic|COMPLETED|0:0", "30_5|epidemic|FAILED|1:0"), "job 30_5 is FAILED with 1:0"),
    ],
    "failures": [
        ({"inputs.csv": INPUTS}, "inputs.csv does not give 500 megabytes to task 3"),
        (("COMPLETED|0:0|800M", "OUT_OF_MEMORY|0:125|800M"), "task 3 has not ended well: OUT_OF_MEMORY with 200M"),
        (("800M", "1600M"), "task 3 did not begin with 200M and get twice of it: OUT_OF_MEMORY with 200M, OUT_OF_MEM"),
        (("33_3|uneven|COMPLETED|0:0", "33_3|uneven|RUNNING|0:0"), "job 33_3 is RUNNING: wait for its end"),
        ({"uneven/uneven_3.json": FOLLOWED["uneven/uneven_3.json"]}, "uneven/uneven_3.json is not of 500 megabytes"),
    ],
    "time-limits": [
        ({"cv/resumed.json": FOLLOWED["cv/resumed.json"]}, "cv/resumed.json has 40 repetitions, not 60"),
        ({"cv/resumed.json": "60"}, "cv/resumed.json has None repetitions, not 60"),
        (("35|cv_checkpoint|COMPLETED|0:0", "35|cv_checkpoint|FAILED|1:0"), "job 35 is FAILED with 1:0"),
        ({"cv_checkpoint_35.log": "begins after 0 of 60 repetitions\n"}, "cv_checkpoint_35.log begins after 0 of 60: "),
        ({"cv_checkpoint_35.log": "start 1\n"}, "cv_checkpoint_35.log has no line: begins after 40 of 60"),
    ],
    "threads-and-seeds": [
        ({"python/my_pi.py": PI}, "all tasks have the same answer: one seed for all"),
        (seeded("np.random.seed(1 + index)"), "the seeds are 1, 2, 3, 4: those of two arrays can overlap"),
        (seeded("np.random.seed(seed=1000 * index)"), "the seeds are 0, 1000, 2000, 3000: those of two"),
        (drawn("np.random.default_rng(42 + index)"), "the seeds are 42, 43, 44, 45: those of two arrays"),
        (drawn("np.random.RandomState(7 + index)"), "the seeds are 7, 8, 9, 10: those of two arrays"),
        (drawn("np.random.default_rng(np.random.SeedSequence(index))"), "the seeds are 0, 1, 2, 3: those of"),
        (drawn("np.random.default_rng([1, index])"), "where NumPy loses a 0: [1, 0] is the seed [1]"),
        (drawn("np.random.default_rng([index % 2, 1])"), "tasks 0 and 2 have the same answer, and the same seed"),
        ({"python/my_pi.py": PI.replace("np.random.seed(1)", "")}, "task 0 has another answer each time"),
        ({"python/my_pi.py": TWICE_THE_SAME}, "task 0 has another answer each time"),
        ({"python/my_pi.py": "import sys\nsys.exit('no\\nidea')\n"}, "python/my_pi.py fails: idea"),
        ({"python/my_pi.py": "raise SystemExit(1)\n"}, "python/my_pi.py fails: no word"),
        ({"python/my_pi.py": "print('task 0: 3')\n"}, "task 0 of python/my_pi.py does not estimate pi: 3"),
    ],
    "speed": [
        (("36_3", "36_4"), "job 36 has 0, 1, 2, 4, and 9 x 4 is enough for 35 runs"),
        (("36_2|nine|COMPLETED", "36_2|nine|TIMEOUT"), "job 36_2 is TIMEOUT with 0:0"),
        ({"nine/scores_20.json": None}, "nine/scores_20.json is missing"),
        ({"nine/scores_20.json": '{"runs": [{}, {}]}'}, "nine/scores_20.json has 2 runs, not one"),
        ({"nine_36_3.log": "runs 15 to 19 are in nine\n"}, "nine_36_3.log does not say: runs 27 to 34 are in nine"),
    ],
    "pitfalls": [
        ({"own_file.sh": SHARED}, "own_file.sh still has work.tmp, one file for all tasks"),
        ({"own_file_47_4.log": "task 4 reads what task 6 wrote\n"}, "task 4 reads what task 6 wrote (own_file_47_4"),
        ({"own_file_47_4.log": "cat: work_4.tmp: No such file\n"}, "task 4 reads nothing (own_file_47_4.log)"),
        (("47_6", "48_6"), "job 48 has 6, and the script has 7 tasks"),
        (("47_5|own_file|COMPLETED|0:0", "47_5|own_file|FAILED|1:0"), "job 47_5 is FAILED with 1:0"),
    ],
    "environments": [
        ({"lean/bin/python": ""}, "lean is still there: it was copied, not moved"),
        ({"moved/bin/f2py": "#!/home/learner/moved/bin/python\n"}, "moved/bin/f2py does not name lean: moved was"),
        ({"moved/bin/f2py": None}, "moved/bin/f2py is missing"),
    ],
    "workflow-managers": [
        ({"params.csv": PARAMETERS}, "the last row of params.csv has 64, as before"),
        ({"params.csv": PARAMETERS + "7,128\n"}, "params.csv has 8 rows, not 7"),
        (["1"], "not 1: Snakemake does not know which line has changed"),
        (["9"], "not 9 tasks of train"),
    ],
    "cities": [
        ({"cities/04_Finland.txt": None}, "cities/04_Finland.txt is missing; 11 of 12 countries are right"),
        ({"cities/06_Japan.txt": "Tokyo\n"}, "cities/06_Japan.txt differs; 11 of 12 countries are right"),
        ({"cities/12_Atlantis.txt": ""}, "cities/12_Atlantis.txt is one file too many; 12 of 12 countries are right"),
        # A full folder of an earlier run says nothing of the script.
        (indexed("    sys.exit('no')\n"), "with 0, your script fails: no"),
        (indexed(CHOICE.replace("index]", "index - 1]")), "with 0, your script writes cities/00_Vietnam.txt"),
        (indexed("    country = list(countries)[0]\n"), "with 7, your script writes cities/07_Bosnia_and_Herzegovina"),
        (indexed("    country = contries[index]\n"), "with 0, your script fails: NameError: name 'contries' is not"),
        (indexed("    return\n"), "with 0, your script ends and cities/00_Bosnia_and_Herzegovina.txt is missing"),
        (indexed(CHOICE + "    countries[country].pop()\n"), "with 0, your script ends and cities/00_Bosnia_and_Her"),
        ({"python/my_code_for_index.py": None}, "python/my_code_for_index.py is missing"),
        ({"python/my_code_for_index.py": "print('done')\n"}, "your script takes -1, and ends well"),
        ({"python/my_code_for_index.py": "if:\n"}, "for -1, your script ends in SyntaxError: invalid syntax, not in"),
        ({"python/my_code_for_index.py": NO_WORDS}, "for Brazil, your script ends in ValueError: invalid literal"),
    ],
}  # fmt: skip


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        if content is None:
            shutil.rmtree(path.parents[1]) if name == "lean/bin/f2py" else path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")


@pytest.fixture(scope="session")
def all_countries(tmp_path_factory):
    """The lists of the exercise `cities`: path to text."""
    names = load("python/long_code.py")
    countries = names.read_cities(CODE / "cities.csv")
    return {
        f"cities/{names.file_name(index, country)}": "".join(lines)
        for index, (country, lines) in enumerate(countries.items())
    }


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """cluster(text) is a cluster whose sacct knows these rows."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "sacct").write_text(f"#!{sys.executable} -IS\n{SACCT}")
    (bin_folder / "sacct").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_folder}{os.pathsep}{os.environ['PATH']}")

    def cluster(text):
        (bin_folder / "accounting").write_text(rows(text))
        return bin_folder

    return cluster


@pytest.fixture
def followed(learner, cluster):
    """A learner who has followed all pages on a cluster, but done no exercise."""
    write(learner.folder, FOLLOWED)
    cluster(EARLIER)
    return learner


@pytest.fixture
def solve(followed, cluster, all_countries):
    """solve(name) does an exercise."""

    def solve(name):
        write(followed.folder, SOLVED[name] | (all_countries if name == "cities" else {}))
        cluster(EARLIER + JOBS.get(name, ""))
        return followed

    return solve


def check(call, name, answers=None):
    return call(SCRIPT, name, *(ANSWERS.get(name, []) if answers is None else answers))


# ---- each exercise ----


def test_each_exercise_has_what_the_tests_need():
    assert list(SOLVED) == NAMES == list(WRONG) and all(len(wrong) >= 2 for wrong in WRONG.values())
    assert all(
        exercise["hints"] and exercise["title"] and exercise["minutes"] for exercise in MODULE.EXERCISES.values()
    )


@pytest.mark.parametrize("name", NAMES)
def test_untouched_is_wrong_even_after_all_pages(followed, call, name):
    # The only exercise that is nothing but thinking is untouched without an answer.
    before = snapshot(followed.folder)
    code, out, err = check(call, name, [] if name == "array-or-script" else None)
    assert code == (2 if name == "array-or-script" else 1)
    assert err if name == "array-or-script" else re.fullmatch(r"wrong: .+\nhint: .+\n", out)
    assert snapshot(followed.folder) == before


@pytest.mark.parametrize("name", NAMES)
def test_untouched_is_wrong_in_the_empty_folder(learner, cluster, call, name):
    cluster("")
    code, _, err = check(call, name, [] if name == "array-or-script" else None)
    assert code > 0 and "Traceback" not in err


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_is_right_and_noted(solve, call, name):
    folder = solve(name).folder
    before = snapshot(folder)
    assert check(call, name) == (0, f"right: {name}\n", "")
    after = snapshot(folder)
    assert json.loads(after.pop(".check.json")) == {"done": [name], "files": [], "hints": {}}
    assert after == before
    # A second time it is right, and nothing need be noted.
    (folder / ".check.json").write_text(json.dumps({"done": [name], "hints": {name: 1}, "mine": 1}))
    assert check(call, name)[0] == 0 and "mine" in (folder / ".check.json").read_text()


@pytest.mark.parametrize(
    ("name", "change", "said"), [(name, *wrong) for name in NAMES for wrong in WRONG[name]],
    ids=[f"{name}-{number}" for name in NAMES for number in range(len(WRONG[name]))],
)  # fmt: skip
def test_a_wrong_answer_is_told_why(solve, cluster, call, name, change, said):
    folder = solve(name).folder
    answers = change if isinstance(change, list) else None
    if isinstance(change, dict):
        write(folder, change)
    elif isinstance(change, tuple):
        text = rows(JOBS[name])
        assert change[0] in text
        cluster(EARLIER + text.replace(*change))
    before = snapshot(folder)
    code, out, err = check(call, name, answers)
    assert code > 0 and said in out + err, out + err
    assert code == 2 or re.fullmatch(r"wrong: .+\nhint: .+\n", out)
    assert snapshot(folder) == before


def test_of_several_jobs_the_last_one_counts(solve, cluster, call):
    solve("array-jobs")
    failed = rows(JOBS["array-jobs"]).replace("COMPLETED", "FAILED")
    cluster(failed.replace("11_", "9_") + rows(JOBS["array-jobs"]))
    assert check(call, "array-jobs")[0] == 0
    cluster(rows(JOBS["array-jobs"]) + failed.replace("11_", "100_"))
    assert "job 100_2 is FAILED" in check(call, "array-jobs")[1]


def test_a_seed_that_was_spawned_is_mixed(solve, call):
    folder = solve("threads-and-seeds").folder
    write(folder, drawn("np.random.default_rng(np.random.SeedSequence(1).spawn(9)[index])"))
    assert check(call, "threads-and-seeds")[0] == 0


def test_a_script_that_never_ends_is_ended(solve, call):
    folder = solve("threads-and-seeds").folder
    write(folder, {"python/my_pi.py": "import time\ntime.sleep(600)\n"})
    code, out, _ = call(SCRIPT, "threads-and-seeds", constants={"SECONDS_OF_A_TASK": 0.2})
    assert code == 1 and out.startswith("wrong: python/my_pi.py does not end in time\n")


def test_a_script_that_never_ends_for_a_good_index_is_ended_and_leaves_nothing(solve, call):
    folder = solve("cities").folder
    write(folder, {SCRIPT_OF_CITIES: INDEX.replace("SECONDS_OF_WORK = 0", "SECONDS_OF_WORK = 600")})
    before = snapshot(folder)
    code, out, _ = call(SCRIPT, "cities", constants={"SECONDS_OF_A_TASK": 0.5})
    assert code == 1 and re.match(r"wrong: with \d+, your script does not end in time\n", out)
    assert snapshot(folder) == before


def test_a_script_that_works_on_a_wrong_index_is_ended_and_leaves_nothing(solve, call):
    folder = solve("cities").folder
    slow = INDEX.replace("in range(", "in range(-1, ").replace("SECONDS_OF_WORK = 0", "SECONDS_OF_WORK = 600")
    write(folder, {SCRIPT_OF_CITIES: slow})
    before = snapshot(folder)
    code, out, _ = call(SCRIPT, "cities", constants={"SECONDS_TO_REFUSE": 0.5})
    assert code == 1 and out.startswith("wrong: your script takes -1, and works on it\n")
    assert snapshot(folder) == before


def test_the_script_of_the_seeds_runs_in_the_image_if_there_is_one(solve, cluster, call):
    folder = solve("threads-and-seeds").folder
    (folder / "knn.sif").touch()
    apptainer = cluster("") / "apptainer"
    apptainer.write_text(f'#!/bin/sh\necho "$1 $2 $3 $4 $6 $7" >> asked\nshift 3\nexec {sys.executable} "$@"\n')
    apptainer.chmod(0o755)
    assert check(call, "threads-and-seeds")[0] == 0
    words = (folder / "asked").read_text().splitlines()
    assert words == [f"exec knn.sif python -c python/my_pi.py {index}" for index in (0, 1, 2, 3, 0)]


# ---- cities.csv ----


LINES = CITIES.splitlines(keepends=True)
NO_ZIP = "cities.csv has {}, not 480 of 12: take it from the zip again"
OTHER = "cities.csv has other cities than the zip: take it from the zip again"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("".join(LINES[:-1]), NO_ZIP.format("479 cities of 12 countries")),
        ("".join(LINES[: 1 + 40 * 11]), NO_ZIP.format("440 cities of 11 countries")),
        ("".join([*LINES, LINES[1]]), NO_ZIP.format("481 cities of 12 countries")),
        (CITIES.replace("Hanoi,Vietnam", "Hanoi,Viet Nam"), NO_ZIP.format("480 cities of 13 countries")),
        (CITIES.replace("44.77842", "4477842"), OTHER),
        (CITIES.replace("Bihać", "BihaÄ‡"), OTHER),
        (CITIES.replace("Brazil", "Brasil"), OTHER),
        (CITIES.replace("17.19386", "17.1938"), OTHER),
    ],
)
def test_other_data_is_checked_by_nobody(solve, refusal, text, said):
    # What was made of it may well agree with it.
    folder = solve("cities").folder
    assert text != CITIES
    write(folder, {"cities.csv": text})
    assert refusal(SCRIPT, "cities") == said


def test_a_damaged_csv_is_one_line(damaged_cities, refusal):
    assert refusal(SCRIPT, "cities") == damaged_cities


@pytest.mark.parametrize("data", [b"\xff\xfe", CITIES.replace("44.77842", "north").encode(), b'Name,"Country\n'])
def test_a_csv_that_can_not_be_read_is_one_line(learner, refusal, data):
    (learner.folder / "cities.csv").write_bytes(data)
    line = refusal(SCRIPT, "cities")
    assert line.startswith("cities.csv can't be read: ") and line.endswith(": take it from the zip again")


def test_a_mark_and_a_blank_line_do_no_harm(solve, call):
    path = solve("cities").folder / "cities.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\n")
    assert check(call, "cities") == (0, "right: cities\n", "")


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"\n", lambda data: b""])
def test_one_byte_makes_a_country_differ(solve, call, change):
    path = solve("cities").folder / "cities" / "11_Vietnam.txt"
    path.write_bytes(change(path.read_bytes()))
    assert check(call, "cities")[1].startswith("wrong: cities/11_Vietnam.txt differs; 11 of 12")


def test_hidden_files_are_not_looked_at_and_any_terminal_can_show_a_name(solve):
    learner = solve("cities")
    (learner.folder / "cities/.05_France.txt.unfinished").touch()
    learner.run(SCRIPT, "cities", check=True)
    (learner.folder / "cities" / "x\udcff.txt").touch()
    done = learner.run(SCRIPT, "cities", env=ASCII)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(r"wrong: cities/x\udcff.txt is one file too many")


def test_a_list_that_nobody_may_read_differs(solve, call, monkeypatch):
    solve("cities")
    read = type(CODE).read_bytes

    def read_bytes(path):
        if path.name == "05_France.txt":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(type(CODE), "read_bytes", read_bytes)
    assert check(call, "cities")[1].startswith("wrong: cities/05_France.txt differs; 11 of 12")


# ---- what is damaged ----


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_bytes(b"\xff"), "is damaged: it is no text in UTF-8"),
        (lambda path: path.write_text("{"), "is damaged: it is no JSON"),
        (lambda path: path.write_text("[" * 100_000), "is damaged: it is no JSON"),
        (lambda path: path.write_text("[1]"), "is damaged: it holds no runs"),
        (lambda path: path.mkdir(), "is no file"),
        (lambda path: os.mkfifo(path), "is no file"),
        (lambda path: path.symlink_to("nowhere"), "is no file"),
    ],
)
def test_a_damaged_result_is_named(followed, call, make, said):
    make(followed.folder / "results/scores_k05.json")
    code, out, err = check(call, "parameters")
    assert (code, err) == (1, "") and out.startswith(f"wrong: results/scores_k05.json {said}\nhint: ")


def test_a_file_that_nobody_may_read_is_named(followed, call, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    (followed.folder / "missing.txt").touch()
    read = type(CODE).read_bytes
    monkeypatch.setattr(type(CODE), "read_bytes", lambda path: (refuse if path.name == "missing.txt" else read)(path))
    code, out, err = check(call, "split")
    assert (code, err) == (1, "") and out.startswith("wrong: missing.txt can't be read: Permission denied\nhint: ")


FREE = [
    (name, path)
    for name in NAMES
    for path in [*SOLVED[name], *(["container/singularity.def"] if name == "container" else [])]
    # A script of the learner may say and do what it wants; and many alike need not be tried.
    if not path.endswith(".py") and "lean" not in path and not re.search(r"_[1-9]+\.(json|log)|[^a]\w+_05", path)
] + [
    ("split", ".check.json"),
    ("cities", "cities.csv"),
    ("collect", "scores.csv"),
    ("collect", "results/scores_6.json"),
]
ANY = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
                 | st.dictionaries(st.sampled_from(["runs", "done", "hints", "repetitions", "n_neighbors", "split"]),
                                   inner, max_size=3)).map(lambda value: json.dumps(value).encode()),
)  # fmt: skip


# What one example leaves, the next one writes anew before it is read.
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_give_a_traceback(followed, cluster, call, data):
    name, path = data.draw(st.sampled_from(FREE))
    write(followed.folder, {file: text for file, text in SOLVED[name].items() if text is not None})
    (followed.folder / ".check.json").unlink(missing_ok=True)
    cluster(EARLIER + JOBS.get(name, ""))
    before = (followed.folder / path).read_bytes() if (followed.folder / path).exists() else None
    (followed.folder / path).write_bytes(data.draw(ANY))
    code, out, err = check(call, name)
    if before is not None:
        (followed.folder / path).write_bytes(before)
    assert "Traceback" not in err, err
    assert code == 0 or re.fullmatch(r"wrong: .+\nhint: .+\n", out) or err.count("\n") == 1


# ---- without a cluster ----


FILES_TELL = [name for name in JOBS if MODULE.EXERCISES[name].get("files_tell")]
NOTHING_TELLS = [name for name in JOBS if name not in FILES_TELL]
NO_SACCT = "there is no sacct here. On a login node type python3, "


@pytest.mark.parametrize("name", NOTHING_TELLS)
def test_without_a_cluster_one_line_says_what_can_not_be_checked(solve, refusal, monkeypatch, name):
    learner = solve(name)
    monkeypatch.setenv("PATH", str(learner.folder))
    line = refusal(SCRIPT, name)
    assert line.startswith(f"{name}: what became of your jobs can't be checked: {NO_SACCT}")


@pytest.mark.parametrize("name", FILES_TELL)
def test_without_a_cluster_the_files_are_looked_at_and_noted(solve, call, monkeypatch, name):
    folder = solve(name).folder
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", str(folder))
    before = snapshot(folder)
    code, out, err = check(call, name)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"{name}: your files are right; your jobs can't be checked: {NO_SACCT}")
    after = snapshot(folder)
    assert json.loads(after.pop(".check.json")) == {"done": [], "files": [name], "hints": {}} and after == before
    assert f"files only  {name} " in call(SCRIPT)[1]
    # On a cluster, it is done.
    monkeypatch.setenv("PATH", path)
    assert check(call, name)[0] == 0 and f"done        {name} " in call(SCRIPT)[1]


@pytest.mark.parametrize("name", FILES_TELL)
def test_without_a_cluster_untouched_files_are_wrong(followed, call, monkeypatch, name):
    monkeypatch.setenv("PATH", str(followed.folder))
    before = snapshot(followed.folder)
    code, out, err = check(call, name)
    assert (code, err) == (1, "") and re.fullmatch(r"wrong: .+\nhint: .+\n", out)
    assert snapshot(followed.folder) == before


def test_the_page_names_what_can_be_done_without_a_cluster():
    box = (CODE.parent / "content/exercises.md").read_text(encoding="utf-8").partition("Without a cluster")[2]
    none, files = re.findall(r"exercises of\n(.+)", box)
    needs_apptainer = {"container"}
    assert set(re.findall("`([a-z-]+)`", none)) == set(NAMES) - set(JOBS) - needs_apptainer
    assert set(re.findall("`([a-z-]+)`", files)) - {"sacct"} == set(FILES_TELL)


def test_without_a_cluster_a_file_for_a_folder_is_seen(solve, call, monkeypatch):
    folder = solve("first-job").folder
    monkeypatch.setenv("PATH", str(folder))
    (folder / "data").rename(folder / "away")
    (folder / "data").touch()
    assert "hint: remove data, then mv away data" in check(call, "first-job")[1]


@pytest.mark.parametrize("text", ["[]", '{"repetitions": 60}', '{"repetitions": [[0.7]]}'])
def test_without_a_cluster_the_checkpoint_tells_which_script_has_done_it(solve, call, monkeypatch, text):
    folder = solve("time-limits").folder
    monkeypatch.setenv("PATH", str(folder))
    write(folder, {"cv/resumed.checkpoint.json": text})
    assert check(call, "time-limits")[1].startswith("wrong: cv/resumed.checkpoint.json has not the 60 repetitions\n")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in JOBS])
def test_what_needs_no_cluster_is_right_without_one(solve, call, monkeypatch, name):
    learner = solve(name)
    monkeypatch.setenv("PATH", str(learner.folder))
    assert check(call, name)[0] == 0


def test_answers_need_no_exact_spelling(learner, call):
    assert check(call, "array-or-script", ["Array,", "SCRIPT", "chunks;", "job."])[0] == 0


def test_an_sacct_that_fails_is_one_line(solve, cluster, refusal):
    solve("array-jobs")
    (cluster("") / "broken").touch()
    assert "sacct gave no answer: sacct: error: slurm_persist_conn_open" in refusal(SCRIPT, "array-jobs")


# ---- the list, the hints, and the way back ----


def test_the_list_says_what_is_done(solve, call):
    learner = solve("split")
    code, out, err = call(SCRIPT)
    assert (code, err) == (0, "") and out.splitlines()[-1].startswith(f"0 of {len(NAMES)} are done.")
    assert [line.split()[0] for line in out.splitlines()[:-1]] == NAMES
    assert check(call, "split")[0] == 0
    lines = call(SCRIPT)[1].splitlines()
    assert lines[0] == "done        split               3 min  A missing input" and lines[1].startswith(" " * 12 + "c")
    assert lines[-1] == f"1 of {len(NAMES)} are done. Check one: python3 check.py NAME"
    assert learner.run(SCRIPT, check=True).stdout.splitlines() == lines


@pytest.mark.parametrize("name", ["parameters", "dependencies"])
def test_each_hint_is_given_once_and_then_the_first_again(learner, call, name):
    hints = MODULE.EXERCISES[name]["hints"]
    said = [call(SCRIPT, "--hint", name) for _ in range(len(hints) + 1)]
    wanted = [f"hint {number} of {len(hints)}: {hint}\n" for number, hint in enumerate(hints, 1)]
    assert said == [(0, text, "") for text in [*wanted, wanted[0]]]


@pytest.fixture
def reset(call, monkeypatch):
    """reset(name, answer) resets; an answer of None is an end of the input."""

    def reset(name, answer):
        def read(prompt):
            print(prompt, end="")
            if answer is None:
                raise EOFError
            return answer

        monkeypatch.setattr("builtins.input", read)
        return call(SCRIPT, "--reset", name)

    return reset


@pytest.mark.parametrize("name", ["first-job", *(name for name in NAMES if MODULE.EXERCISES[name]["files"])])
def test_reset_puts_back_what_it_names_and_nothing_else(solve, call, reset, name):
    folder = solve(name).folder
    assert check(call, name)[0] == 0
    files = MODULE.EXERCISES[name]["files"]
    write(folder, {path: "mine" for path in files if not (folder / path).is_dir()})
    inside = [path for path in snapshot(folder) if path.partition("/")[0] in files]
    before = snapshot(folder)
    for answer in ("no", None):
        code, out, err = reset(name, answer)
        assert (code, err) == (1, "nothing was changed\n") and snapshot(folder) == before
    code, out, err = reset(name, "yes")
    assert (code, err) == (0, "") and out.endswith(f"{name} is as at the beginning\n")
    after = snapshot(folder)
    for path, source in MODULE.EXERCISES[name]["files"].items():
        assert f"{path}: {f'as {source}' if source else 'removed'}" in out
        assert after.pop(path, None) == ((folder / source).read_bytes() if source else None)
        before.pop(path, None)
    for path in inside:
        before.pop(path, None)
    assert json.loads(after.pop(".check.json")) == {"done": [], "files": [], "hints": {}}
    before.pop(".check.json")
    assert after == before
    # What is not there is not put back.
    write(folder, {path: None for path in MODULE.EXERCISES[name]["files"] if (folder / path).exists()})
    before = snapshot(folder)
    assert f"{name}: no file to put back, no longer noted as done\n" in reset(name, "yes")[1]
    assert snapshot(folder) == before


def test_reset_of_cities_removes_the_folder_and_says_so(solve, reset):
    folder = solve("cities").folder
    assert "\ncities: removed, with all that is in it\n" in reset("cities", "yes")[1]
    assert not (folder / "cities").exists()
    # A link is removed, and not what it shows.
    (folder / "cities").symlink_to("slurm")
    assert "\ncities: removed\n" in reset("cities", "yes")[1]
    assert not (folder / "cities").is_symlink() and (folder / "slurm/speed/chunks.sh").exists()


def test_a_file_that_can_not_be_put_back_is_one_line(followed, reset):
    write(followed.folder, {"nine.sh": ""})
    (followed.folder / "slurm/speed/chunks.sh").unlink()
    code, _, err = reset("speed", "yes")
    assert (code, err) == (1, "nine.sh can't be put back: No such file or directory\n")


def test_what_can_not_be_noted_is_said_and_right_stays_right(solve, call, monkeypatch):
    solve("split")

    def refuse(path, *_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(CODE), "write_text", refuse)
    note = "note: this is not noted, .check.json can't be written: Permission denied\n"
    assert check(call, "split") == (0, "right: split\n", note)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"done": 1, "hints": {}}', '{"done": [], "hints": {"split": "a"}}', "[" * 9999]
)
def test_damaged_notes_are_one_line(learner, refusal, text):
    (learner.folder / ".check.json").write_text(text)
    assert refusal(SCRIPT) == ".check.json is damaged: remove it, and check what you have done"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "check.py: error: argument NAME: invalid choice: 'nothing'"),
        (["--hint"], "check.py: error: of which exercise?"),
        (["--reset"], "check.py: error: of which exercise?"),
        (["--hint", "--reset", "split"], "check.py: error: argument --reset: not allowed with argument --hint"),
        (["split", "1"], "split takes no answers: python3 check.py split"),
        (
            ["array-or-script", "array"],
            "array-or-script takes 4 answers: python3 check.py array-or-script ANSWER ANSWER",
        ),
    ],
)
def test_other_words_are_refused(refusal, words, said):
    assert refusal(SCRIPT, *words).startswith(said)


def test_another_folder_is_told_so(learner, call):
    shutil.rmtree(learner.folder / "slurm")
    for words in (["split"], ["--reset", "split"], []):
        code, out, err = call(SCRIPT, *words)
        assert (code, out) == (2, "") and err.startswith("this is not the folder of the lesson: ")


def test_help_checks_nothing(solve, call):
    before = snapshot(solve("split").folder)
    code, out, err = call(SCRIPT, "--help")
    assert (code, err) == (0, "") and out.startswith("usage: check.py [-h]") and "right" not in out
    assert snapshot(solve("split").folder) == before


# ---- what it knows of the lesson ----


def test_it_knows_as_many_tasks_and_runs_as_there_are():
    serial = load("python/scikit_example/train_and_plot.py")
    tasks = load("python/scikit_example/array/create_parameter_array.py").N_NEIGHBORS
    assert len(tasks) == MODULE.TASKS and sorted(serial.METRICS) == MODULE.METRICS
    assert len(serial.N_NEIGHBORS) * len(serial.METRICS) == MODULE.RUNS


def test_what_reset_takes_is_in_the_bundle():
    sources = [source for exercise in MODULE.EXERCISES.values() for source in exercise["files"].values() if source]
    assert sources and all((CODE / source).is_file() for source in sources)


def test_an_old_python_can_read_it():
    ast.parse((CODE / SCRIPT).read_bytes(), feature_version=(3, 9))
