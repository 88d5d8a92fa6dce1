"""How long the serial script takes against the notebook's own code, which draws a new figure for every run."""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "code" / "python" / "scikit_example"
PAIRS = 5


def plain_script() -> str:
    """The export of the notebook, mended so far that plain Python runs it."""
    text = (SCRIPTS / "knn_iris.py").read_text(encoding="utf-8")
    text = re.sub(r"^(get_ipython|display)\(.*\n", "", text, flags=re.MULTILINE)
    return text.replace("plt.show()", "plt.close()")


def seconds(script, folder) -> float:
    """Run a script in the folder; return its wall-clock time in seconds, start-up and imports included."""
    begin = time.perf_counter()
    env = os.environ | {"MPLBACKEND": "Agg"}
    subprocess.run([sys.executable, script], cwd=folder, check=True, stdout=subprocess.DEVNULL, env=env)
    return time.perf_counter() - begin


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "results").mkdir()
        plain = folder / "plain.py"
        plain.write_text(plain_script(), encoding="utf-8")
        seconds(SCRIPTS / "preprocess.py", folder)
        seconds(SCRIPTS / "train_and_plot.py", folder)  # a first run, not counted
        pairs = [(seconds(SCRIPTS / "train_and_plot.py", folder), seconds(plain, folder)) for _ in range(PAIRS)]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"35 runs: serial script {ours:.1f} s, the notebook's code {theirs:.1f} s, ratio {ratio:.2f} (at most 0.5)")


if __name__ == "__main__":
    main()
