"""The batch script of the exercise `cities`: it fits the data. (That it runs is shown on the practice cluster.)"""

import csv
import re

from bundle import CODE

TEXT = (CODE / "solutions/slurm/submit_cities.sh").read_text(encoding="utf-8")


def test_the_array_has_one_task_a_country():
    with open(CODE / "cities.csv", encoding="utf-8", newline="") as file:
        countries = {row["Country"] for row in csv.DictReader(file)}
    assert re.findall(r"^#SBATCH --array=(.*)$", TEXT, re.MULTILINE) == [f"0-{len(countries) - 1}"]


def test_the_script_that_it_runs_is_there_and_gets_the_task_id():
    script, argument = re.search(r"python -u (\S+\.py) (.*)$", TEXT).groups()
    assert (CODE / script).is_file()
    assert argument == '"$SLURM_ARRAY_TASK_ID"'


def test_every_option_comes_before_the_first_command():
    lines = TEXT.splitlines()
    first = next(number for number, line in enumerate(lines) if line and not line.startswith("#"))
    assert not any(line.startswith("#SBATCH") for line in lines[first:])
    assert lines[first] == "set -euo pipefail"
