"""Write the parameter file of the job array: one row a task, its index first.

Writes params.csv.
"""

import os
import sys
import uuid
from pathlib import Path

N_NEIGHBORS = [1, 2, 4, 8, 16, 32, 64]
PARAM_FILE = Path("params.csv")


def write_whole(path, data):
    """Write the bytes to a hidden file, then rename it: path is whole or not there."""
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(unfinished, "xb") as file:
            file.write(data)
        os.replace(unfinished, path)
    except OSError as error:
        sys.exit(f"cannot write {path}: {error.strerror}")
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)


def main():
    text = "index,n_neighbors\n"
    for index, k in enumerate(N_NEIGHBORS):
        text += f"{index},{k}\n"
    write_whole(PARAM_FILE, text.encode())
    print(
        f"wrote {PARAM_FILE}: {len(N_NEIGHBORS)} tasks, "
        f"--array=0-{len(N_NEIGHBORS) - 1}"
    )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped: nothing was written")
