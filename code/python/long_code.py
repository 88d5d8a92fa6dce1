"""Write the cities of every country in cities.csv to a file of its own.

One country comes after the other.
"""

import csv
import os
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
    countries = {}
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = csv.reader(file, strict=True)
            if next(rows, None) != COLUMNS:
                sys.exit(
                    f"{path} is damaged: its first line is not {','.join(COLUMNS)}"
                )
            for name, country, latitude, longitude in rows:
                line = f"{name}: {float(latitude):.5f} {float(longitude):.5f}\n"
                countries.setdefault(country, []).append(line)
    except OSError as error:
        sys.exit(f"cannot read {path}: {error.strerror}")
    except UnicodeDecodeError:
        sys.exit(f"{path} is damaged: it is not UTF-8 text")
    except (ValueError, csv.Error) as error:
        sys.exit(f"{path} is damaged in line {rows.line_num}: {error}")
    if not countries:
        sys.exit(f"{path} is damaged: there is no city in it")
    return countries


def file_name(index, country):
    """Return a file name of plain letters that no other index gives.

    For 3 and "Côte d'Ivoire" it is 03_Cote_d_Ivoire.txt.
    """
    letters = unicodedata.normalize("NFKD", country).encode("ascii", "ignore").decode()
    return f"{index:02}_{re.sub('[^A-Za-z0-9]+', '_', letters)[:50]}.txt"


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


def write_country(index, country, lines):
    """Work on one country, then write its cities."""
    time.sleep(SECONDS_OF_WORK)
    path = Path("cities") / file_name(index, country)
    write_whole(path, "".join(lines).encode("utf-8"))
    print(f"wrote {path}: {len(lines)} cities", flush=True)


def main():
    countries = read_cities("cities.csv")
    for index, country in enumerate(countries):
        write_country(index, country, countries[country])
    print(f"done: {len(countries)} countries")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped: every file in cities/ is whole")
