"""What the runs cost: the serial script, the notebook's own code, and one task of the array."""

import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "code" / "python" / "scikit_example"
ROUNDS = 5
IMPORTS = """
import matplotlib.pyplot
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.neighbors import KNeighborsClassifier
"""


def plain_script() -> str:
    """The export of the notebook, mended so far that plain Python runs it."""
    text = (SCRIPTS / "knn_iris.py").read_text(encoding="utf-8")
    text = re.sub(r"^(get_ipython|display)\(.*\n", "", text, flags=re.MULTILINE)
    return text.replace("plt.show()", "plt.close()")


def cpu(folder, *command) -> float:
    """Run Python with these arguments in the folder; return its CPU time in seconds, start-up included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    env = os.environ | {"MPLBACKEND": "Agg"}
    subprocess.run([sys.executable, *command], cwd=folder, check=True, stdout=subprocess.DEVNULL, env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "results").mkdir()
        (folder / "plain.py").write_text(plain_script(), encoding="utf-8")
        for script in ("preprocess.py", "array/create_parameter_array.py"):
            cpu(folder, SCRIPTS / script)
        commands = {
            "35 runs, serial script": [SCRIPTS / "train_and_plot.py"],
            "35 runs, the notebook's code": ["plain.py"],
            "one task of the array": [SCRIPTS / "array/train_and_plot.py", "--param-index", "3"],
            "of which imports": ["-c", IMPORTS],
        }
        for command in commands.values():
            cpu(folder, *command)  # a first run, not counted
        rounds = [[cpu(folder, *command) for command in commands.values()] for _ in range(ROUNDS)]
    seconds = [statistics.median(times) for times in zip(*rounds, strict=True)]
    print("CPU: " + ", ".join(f"{what} {time:.1f} s" for what, time in zip(commands, seconds, strict=True)))


if __name__ == "__main__":
    main()
