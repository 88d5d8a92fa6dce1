"""Draws speed.csv as two bar charts.

python content/measured/draw.py TABLE PICTURE
"""

import csv
import sys
from pathlib import Path

import matplotlib.pyplot as plt


def main(table: Path, picture: Path) -> None:
    """Draw the wall times, one chart a workload, the forms in the order of the table from above."""
    with open(table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    workloads = list(dict.fromkeys(row["workload"] for row in rows))
    _, charts = plt.subplots(1, len(workloads), sharey=True, figsize=(6.8, 2.6), layout="constrained")
    for workload, chart in zip(workloads, charts, strict=True):
        some = [row for row in rows if row["workload"] == workload]
        bars = chart.barh([row["how"] for row in some], [float(row["wall time"]) for row in some], color="tab:blue")
        chart.bar_label(bars, padding=3)
        chart.margins(x=0.2)
        chart.set_title(workload, fontsize="medium")
        chart.set_xlabel("wall time in seconds")
    charts[0].invert_yaxis()
    plt.savefig(picture, dpi=150)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
