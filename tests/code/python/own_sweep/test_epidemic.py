"""A row has the same result whichever task does it, and what would be no row is refused in one line."""

import json

import pytest
from bundle import load
from PIL import Image

SCRIPT = "python/own_sweep/epidemic.py"
COLUMNS = ["index", "contacts", "risk", "days", "first_seed"]
HEADER = "index,contacts,risk,days,first_seed\n"
SWEEP = HEADER + "0,4,0.010,60,0\n1,8,0.05,60,0\n2,16,0.06,60,0\n"


@pytest.fixture
def sweep(learner):
    """Write the parameter file of a sweep."""

    def sweep(text=SWEEP, folder="results"):
        (learner.folder / folder).mkdir(exist_ok=True)
        (learner.folder / folder / "sweep.csv").write_bytes(text.encode())

    sweep()
    return sweep


def results(folder):
    """Return the results in a folder by the name of their file."""
    return {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}


def test_a_row_is_the_same_however_the_rows_are_divided(learner, sweep, call):
    sweep(folder="together"), sweep(folder="pieces")
    assert call(SCRIPT, 0, 3, "together") == (0, "rows 0 to 2 are in together\n", "")
    for first in (0, 2):  # the last piece is shorter than it is asked to be
        assert call(SCRIPT, first, 2, "pieces")[0] == 0
    found = results(learner.folder / "together")
    assert found == results(learner.folder / "pieces")
    assert found.keys() == {f"sweep_{index}.json" for index in range(3)}
    runs = found["sweep_0.json"]["runs"]
    assert [(run["contacts"], run["risk"], run["seed"]) for run in runs] == [("4", "0.010", seed) for seed in range(5)]
    infected = [run["infected"] for result in found.values() for run in result["runs"]]
    assert all(0.01 <= share <= 1 for share in infected)


def test_nobody_is_ill_without_contacts_and_all_are_with_many():
    simulate = load(SCRIPT).simulate
    curve, healthy = simulate(0, 0.05, 60, [0, 0])
    assert (len(curve), curve[0], healthy) == (60, 10, 990)
    assert sorted(curve, reverse=True) == curve  # they only recover
    curve, healthy = simulate(1000, 1.0, 60, [0, 0])
    assert healthy == 0 and max(curve) <= 1000


def test_each_run_has_random_numbers_of_its_own(learner, sweep, call):
    sweep(HEADER + "0,8,0.05,60,0\n1,8,0.05,60,0\n")
    assert call(SCRIPT, 0, 2, "results")[0] == 0
    found = results(learner.folder / "results").values()
    first, second = ([run["infected"] for run in result["runs"]] for result in found)
    assert first != second and len(set(first)) > 1


def test_the_seeds_go_on_from_the_first_seed_of_the_row(learner, sweep, call):
    for folder, first in (("first", 0), ("next", 3)):
        sweep(f"{HEADER}0,8,0.05,60,{first}\n", folder)
        assert call(SCRIPT, 0, 1, folder)[0] == 0
    runs = [
        {run["seed"]: run["infected"] for run in results(learner.folder / folder)["sweep_0.json"]["runs"]}
        for folder in ("first", "next")
    ]
    assert [list(seeds) for seeds in runs] == [[0, 1, 2, 3, 4], [3, 4, 5, 6, 7]]
    assert all(runs[0][seed] == runs[1][seed] for seed in (3, 4))


def test_each_row_has_a_figure_of_its_own(learner, sweep, call):
    for folder in ("alone", "both"):
        sweep(HEADER + "0,4,0.01,60,0\n1,4,0.01,60,0\n", folder)
    assert call(SCRIPT, 1, 1, "alone")[0] == 0
    assert call(SCRIPT, 0, 2, "both")[0] == 0
    alone, both = (Image.open(learner.folder / name / "sweep_1.png").tobytes() for name in ("alone", "both"))
    assert alone == both


WRONG = {
    "a row that there is not": (SWEEP, (3, 4), "results/sweep.csv has no row 3 for 4 rows a task"),
    "a row before the first": (SWEEP, (-1, 4), "results/sweep.csv has no row -1 for 4 rows a task"),
    "no row": (SWEEP, (0, 0), "results/sweep.csv has no row 0 for 0 rows a task"),
    "other columns": (
        SWEEP.replace("risk", "beta"),
        (0, 1),
        f"results/sweep.csv, line 1: expected {COLUMNS}, found ['index', 'contacts', 'beta', 'days', 'first_seed']",
    ),
    "an empty file": ("", (0, 1), f"results/sweep.csv, line 1: expected {COLUMNS}, found None"),
    "a short row": (
        HEADER + "0,4\n",
        (0, 1),
        "results/sweep.csv, line 2: no full row: "
        "{'index': '0', 'contacts': '4', 'risk': None, 'days': None, 'first_seed': None}",
    ),
    "a decimal comma": (
        HEADER + "0,4,0,01,60,0\n",
        (0, 1),
        "results/sweep.csv, line 2: no full row: "
        "{'index': '0', 'contacts': '4', 'risk': '0', 'days': '01', 'first_seed': '60', None: ['0']}",
    ),
    "an index that is none": (
        HEADER + "-1,4,0.01,60,0\n",
        (0, 1),
        "results/sweep.csv, line 2: no full row: "
        "{'index': '-1', 'contacts': '4', 'risk': '0.01', 'days': '60', 'first_seed': '0'}",
    ),
    "an index twice": (SWEEP + "01,4,0.01,60,0\n", (0, 1), "results/sweep.csv, line 5: this index is there twice"),
}


@pytest.mark.parametrize(("text", "arguments", "said"), WRONG.values(), ids=WRONG)
def test_what_would_be_no_run_is_refused(learner, sweep, refusal, text, arguments, said):
    sweep(text)
    assert refusal(SCRIPT, *arguments, "results") == said
    assert [path.name for path in (learner.folder / "results").iterdir()] == ["sweep.csv"]


@pytest.mark.parametrize("row", ["0,4,high", "0,4,nan", "0,4,1.5", "0,4,-0.1", "0,-4,0.5", "0,4.5,0.1"])
def test_what_is_no_risk_or_no_number_of_contacts_is_not_silent(learner, sweep, stays, row):
    sweep(f"{HEADER}{row},60,0\n")
    assert "Error: " in stays(SCRIPT, 0, 1, "results")


def test_the_last_row_needs_no_end(sweep, call):
    sweep(SWEEP.rstrip("\n"))
    assert call(SCRIPT, 2, 1, "results") == (0, "rows 2 to 2 are in results\n", "")


def test_a_second_sweep_leaves_the_first_as_it_is(learner, sweep, call):
    assert call(SCRIPT, 0, 2, "results")[0] == 0
    first = results(learner.folder / "results")
    sweep(HEADER + "0,8,0.03,60,0\n1,8,0.03,90,0\n", "second")
    assert call(SCRIPT, 0, 2, "second")[0] == 0
    second = results(learner.folder / "second")
    assert call(SCRIPT, 0, 3, "results")[0] == 0
    found = results(learner.folder / "results")
    assert found.items() > first.items() and results(learner.folder / "second") == second
    assert len(found["sweep_2.json"]["runs"]) == len(second["sweep_0.json"]["runs"]) == 5


def test_the_collector_compares_every_parameter(sweep, call):
    assert call(SCRIPT, 0, 3, "results")[0] == 0
    collect = ("python/collection.py", "results", "table.csv", "--param-file", "results/sweep.csv")
    assert call(*collect) == (0, "wrote table.csv: 3 results, index 0-2\n", "")
    sweep(SWEEP.replace("1,8,0.05,60,0", "1,8,0.05,90,0"))
    assert call(*collect)[2].startswith("index 1, results/sweep_1.json: days is 60, not 90\n")


def test_no_parameter_file_is_one_line(learner):
    assert learner.refuses(SCRIPT, 0, 4, "results") == "results/sweep.csv is missing: run create_sweep.py first"
