"""Write the cities of one country in cities.csv to a file.

The argument is the index of the country: 0 is the first one.
"""

import csv
import re
import sys
import time
import unicodedata
import uuid
from pathlib import Path

# For each country: it stands for the long calculation of a real script.
SECONDS_OF_WORK = 20
COLUMNS = ["Name", "Country", "Latitude", "Longitude"]


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


def write_country(index, country, lines):
    """Work on one country, then write its cities."""
    time.sleep(SECONDS_OF_WORK)
    path = Path("cities") / file_name(index, country)
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_name(f".{uuid.uuid4().hex}.{path.name}")
    unfinished.write_bytes("".join(lines).encode("utf-8"))
    unfinished.replace(path)
    print(f"wrote {path}: {len(lines)} cities")


def main():
    countries = read_cities(Path("cities.csv"))
    possible = [str(index) for index in range(len(countries))]
    if len(sys.argv) != 2 or sys.argv[1] not in possible:
        sys.exit(f"give one index from 0 to {len(countries) - 1}, not {sys.argv[1:]}")
    index = int(sys.argv[1])
    country = list(countries)[index]
    write_country(index, country, countries[country])


if __name__ == "__main__":
    main()
