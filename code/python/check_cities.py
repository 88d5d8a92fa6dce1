"""Check the exercise: does the folder cities/ hold exactly what cities.csv says?"""

import csv
import os
import re
import sys
import unicodedata
from pathlib import Path

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


def main():
    countries = read_cities("cities.csv")
    try:
        found = [
            name for name in sorted(os.listdir("cities")) if not name.startswith(".")
        ]
    except FileNotFoundError:
        found = []
    except OSError as error:
        sys.exit(f"cannot read cities/: {error.strerror}")
    right = 0
    for index, country in enumerate(countries):
        path = Path("cities") / file_name(index, country)
        if path.name not in found:
            print(f"missing: {index} {country} ({path})")
            continue
        found.remove(path.name)
        try:
            data = path.read_bytes()
        except OSError as error:
            sys.exit(f"cannot read {path}: {error.strerror}")
        if data == "".join(countries[country]).encode("utf-8"):
            right += 1
        else:
            print(f"differs: {index} {country} ({path})")
    for name in found:
        print(f"unexpected: {name!r} in cities/")
    print(f"{right} of {len(countries)} countries are right")
    if right < len(countries) or found:
        sys.exit(1)


if __name__ == "__main__":
    main()
