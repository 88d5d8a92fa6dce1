"""The inputs of the array of different runs."""

import csv

from bundle import CODE


def test_one_row_has_a_letter_for_a_number_and_each_task_has_a_row():
    with open(CODE / "slurm/failures/inputs.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["index"] for row in rows] == list("0123456")
    assert [row["index"] for row in rows if not row["megabytes"].isdecimal()] == ["6"]
    assert "#SBATCH --array=0-6\n" in (CODE / "slurm/failures/uneven.sh").read_text(encoding="utf-8")
