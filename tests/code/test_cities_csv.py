"""The data of the exercise `cities`: real, clean, and awkward in the ways that the exercise needs."""

import csv
import unicodedata

from bundle import CODE

DATA = (CODE / "cities.csv").read_bytes()
ROWS = list(csv.reader(DATA.decode("utf-8").splitlines(keepends=True), strict=True))
CITIES = ROWS[1:]
COUNTRIES = list(dict.fromkeys(country for _, country, _, _ in CITIES))


def test_the_form_is_csv_in_utf_8_with_four_columns():
    assert ROWS[0] == ["Name", "Country", "Latitude", "Longitude"]
    assert {len(row) for row in ROWS} == {4}
    assert b"\r" not in DATA and DATA.endswith(b"\n") and not DATA.startswith(b"\xef\xbb\xbf")


def test_there_are_forty_cities_of_each_of_twelve_countries():
    assert len(COUNTRIES) == 12
    assert {sum(row[1] == country for row in CITIES) for country in COUNTRIES} == {40}


def test_the_order_is_country_then_name_by_code_points_without_duplicates():
    keys = [(country, name) for name, country, _, _ in CITIES]
    assert keys == sorted(set(keys))


def test_text_is_clean():
    for text in (text for row in CITIES for text in row):
        assert text and text == text.strip() == unicodedata.normalize("NFC", text) and text.isprintable()


def test_coordinates_are_degrees():
    for _, _, latitude, longitude in CITIES:
        assert -90 <= float(latitude) <= 90 and -180 <= float(longitude) <= 180


def test_it_has_the_awkward_names_that_the_exercise_is_about():
    names = {name for name, *_ in CITIES}
    assert {"São Paulo", "Łódź", "Besançon", "Washington, D.C."} <= names
    assert b'\n"Washington, D.C.",United States,' in DATA
    assert {"Côte d'Ivoire", "Bosnia and Herzegovina", "Türkiye"} <= set(COUNTRIES)
