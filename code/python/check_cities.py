"""Check the exercise: does the folder cities/ hold exactly what cities.csv says?"""

import argparse
import csv
import hashlib
import re
import sys
import unicodedata
from pathlib import Path

# What cities.csv holds, and the checksum of its lines.
COUNTRIES, CITIES = 12, 480
CONTENT = "a329fe93fc2dee95ff29264a52c147f37f2fbb6146c76ce64a0c7bbd5210aeeb"
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


def main():
    parser = argparse.ArgumentParser(description="Check the lists in cities/.")
    parser.parse_args()
    # A terminal that has no ô shows its code.
    sys.stdout.reconfigure(errors="backslashreplace")
    countries = read_cities(Path("cities.csv"))
    cities = sum(map(len, countries.values()))
    content = "".join(
        f"{country}\n{''.join(countries[country])}" for country in countries
    )
    if (len(countries), cities) != (COUNTRIES, CITIES):
        found = f"{cities} cities of {len(countries)} countries"
        expected = f"{CITIES} of {COUNTRIES}"
        sys.exit(f"cities.csv has {found}, not {expected}: take it from the zip again")
    if hashlib.sha256(content.encode("utf-8")).hexdigest() != CONTENT:
        sys.exit("cities.csv has other cities than the zip: take it from the zip again")

    folder = Path("cities")
    found = {path.name for path in folder.glob("*") if path.name[0] != "."}
    right = 0
    for index, (country, lines) in enumerate(countries.items()):
        path = folder / file_name(index, country)
        if path.name not in found:
            print(f"missing: {index} {country} ({path})")
        elif path.read_bytes() == "".join(lines).encode("utf-8"):
            right += 1
        else:
            print(f"differs: {index} {country} ({path})")
        found.discard(path.name)
    for name in sorted(found):
        print(f"unexpected: {name} in cities/")
    print(f"{right} of {len(countries)} countries are right")
    if right < len(countries) or found:
        sys.exit(1)


if __name__ == "__main__":
    main()
