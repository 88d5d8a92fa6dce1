"""Put what your cluster wants into all batch scripts (*.sh) below some folders.

python3 python/your_cluster.py slurm solutions --account=PROJECT --partition=PARTITION

What you do not give stays as it is. Called again, it changes its own lines.
"""

import argparse
import re
import shutil
import sys
import uuid
from pathlib import Path

# What a value may be. All else is refused: Slurm and the shell will read it.
NAME = r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}"
FOLDER = r"\.?[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}"
ADDRESSEE = r"[A-Za-z0-9_][A-Za-z0-9_.+\-]{0,63}"
LOAD = rf"module load(?: {NAME}(?:\/{NAME}){{0,3}}){{1,6}}"
# A job has no `conda activate` before it has read conda.sh.
CONDA = rf"etc\/profile\.d\/conda\.sh && conda activate {NAME}"
ACTIVATE = rf"source \/?(?:{FOLDER}\/){{1,16}}(?:bin\/activate|{CONDA})"
PATTERNS = {
    "account": rf"{NAME}(?:@{NAME})?",
    "partition": rf"{NAME}(?:,{NAME}){{0,7}}",
    "qos": NAME,
    "constraint": NAME,  # one feature: a shell acts on the & and | between several
    "mail": rf"{ADDRESSEE}@{NAME}",
    "module": LOAD,
    "runtime": "apptainer|singularity",
    "before": ACTIVATE,
}
# Options of sbatch, srun and salloc that have the names of their values.
OPTIONS = ("account", "partition", "qos", "constraint")
# The line of each value: how it is found, and what stands around the value in it.
LINES = {
    **{
        name: (rf"##?SBATCH --{name}=\S+", f"#SBATCH --{name}=", "") for name in OPTIONS
    },
    "mail": (
        r"#SBATCH --mail-user=\S+ --mail-type=END,FAIL",
        "#SBATCH --mail-user=",
        " --mail-type=END,FAIL",
    ),
    "module": (rf"# module load apptainer|{LOAD}", "", ""),
    # Without `exit`, a job would go on with another Python.
    "before": (rf"{ACTIVATE}(?: \|\| exit 1)?", "", " || exit 1"),
}


def places(script):
    """Return the places of a batch script for values, in their order.

    A place is (start, end, name, before, after): the text from start to end becomes
    the value of that name, with these texts before and after it.
    """
    found, options, commands, start = {}, 0, 0, 0
    for line in script.splitlines(keepends=True):
        bare, end = line.rstrip(), start + len(line)
        for name, (pattern, before, after) in LINES.items():
            if re.fullmatch(pattern, bare):
                found[name] = (start, start + len(bare), name, before, after)
        ours = re.fullmatch(f"{LOAD}|{LINES['before'][0]}", bare)
        if bare and not bare.startswith("#") and not ours:
            break  # the first command: below it, Slurm reads no options
        if "SBATCH " in bare:
            options = commands = end
        if ours or bare.startswith("# module load "):
            commands = end
        start = end
    if not options:
        return []  # no batch script
    words = re.finditer(r"^(?!#).*?\b(apptainer|singularity)(?= exec )", script, re.M)
    runtimes = [(*word.span(1), "runtime", "", "") for word in words]
    if not runtimes:
        found.pop("module", None)  # it is a module of something else
    for name in (*OPTIONS, "mail", "before"):
        if name not in found:
            below = commands if name == "before" else options
            found[name] = (below, below, name, LINES[name][1], LINES[name][2] + "\n")
    # Of places below the same line, that of an option comes first.
    lines = sorted(
        found.values(), key=lambda place: (place[0], list(LINES).index(place[2]))
    )
    return lines + runtimes


def fill(script, values):
    """Return a batch script with these values, {name: value}, in their places."""
    for start, end, name, before, after in reversed(places(script)):
        if name in values:
            script = script[:start] + before + values[name] + after + script[end:]
    return script


def main():
    """Change the scripts."""
    parser = argparse.ArgumentParser(description="Fill in what your cluster wants.")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    for name in PATTERNS:
        parser.add_argument(f"--{name}")
    args = parser.parse_args()
    values = {name: value for name, value in vars(args).items() if value is not None}
    for name in set(values) & set(PATTERNS):
        if not re.fullmatch(PATTERNS[name], values[name]):
            sys.exit(f"--{name}: {values[name]!a} is nothing that it can be")
    paths = []
    for folder in args.folders:
        # A name with a dot at its beginning is a file that somebody has not finished.
        found = sorted(path for path in folder.rglob("*.sh") if path.name[0] != ".")
        if not found:
            sys.exit(f"{folder} has no batch script: go to the folder of the lesson")
        paths += found
    changed = 0
    for path in paths:
        old = path.read_bytes().decode()
        new = fill(old, values)
        if new != old:
            changed += 1
            unfinished = path.with_name(f".{uuid.uuid4().hex}.{path.name}")
            unfinished.write_bytes(new.encode())
            shutil.copymode(path, unfinished)
            unfinished.replace(path)
    folders = " ".join(map(str, args.folders))
    print(f"{folders}: {len(paths)} scripts, {changed} changed")


if __name__ == "__main__":
    main()
