"""How long collecting 100,000 result files takes against a bare loop that opens and parses them, and its memory."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COLLECTION = Path(__file__).resolve().parent.parent.parent / "code" / "python" / "collection.py"
FILES = 100_000
PAIRS = 5
METRICS = ["euclidean", "manhattan", "chebyshev", "canberra", "cosine"]
BARE_LOOP = """
import json, os, sys
for entry in os.scandir(sys.argv[1]):
    with open(entry.path) as file:
        json.load(file)
"""
PEAK = """
import resource, runpy, sys
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def write_results(folder, files, note=""):
    """Write that many result files as an array task writes them; `note` makes each of them longer."""
    folder.mkdir()
    for index in range(files):
        runs = [{"n_neighbors": 8, "metric": metric, "accuracy": 0.72, "note": note} for metric in METRICS]
        (folder / f"scores_{index}.json").write_text(json.dumps({"index": index, "runs": runs}, indent=1))


def seconds(*command) -> float:
    """Run a command; return its wall-clock time in seconds."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def peak(results, output) -> int:
    """Collect the folder; return the peak memory in MiB."""
    command = [sys.executable, "-c", PEAK, COLLECTION, results, output]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout.splitlines()[-1])


def main():
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as name:
        folder = Path(name)
        many, output = folder / "many", folder / "scores.csv"
        write_results(many, FILES)
        pairs = []
        for _ in range(PAIRS):
            ours = seconds(COLLECTION, many, output, "--expect", str(FILES))
            pairs.append((ours, seconds("-c", BARE_LOOP, many)))
        ours, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"{FILES} results: collection.py {ours:.1f} s, bare loop {bare:.1f} s, ratio {ratio:.2f} (at most 1.3)")

        write_results(folder / "small", 100)
        write_results(folder / "large", 100, "x" * 100_000)
        small, large = peak(folder / "small", output), peak(folder / "large", output)
        print(f"100 results of 1 kB: {small} MiB at the peak; 100 results of 0.5 MB: {large} MiB")


if __name__ == "__main__":
    main()
