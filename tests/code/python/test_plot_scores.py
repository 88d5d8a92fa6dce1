"""The picture of the collected accuracies."""

import pytest
from bundle import ASCII
from PIL import Image

SCRIPT = "python/plot_scores.py"
HEADER = "index,n_neighbors,metric,accuracy\n"
TABLE = HEADER + "0,1,euclidean,0.5\n0,1,cosine,0.125\n1,16,euclidean,0.75\n1,16,cosine,1\n"
SHOWN = """\
n_neighbors      1     16
euclidean     0.50   0.75
cosine        0.12   1.00
wrote scores.png
"""


@pytest.fixture
def table(learner):
    def table(text):
        path = learner.folder / "scores.csv"
        path.write_bytes(text.encode())
        return path

    return table


def test_the_picture_has_a_field_for_each_accuracy_at_its_place(learner, table, call):
    table(TABLE)
    assert call(SCRIPT, "scores.csv", "scores.png") == (0, SHOWN, "")
    with Image.open(learner.folder / "scores.png") as image:
        assert (image.format, image.size) == ("PNG", (640, 400))
        picture = image.convert("RGB")
    # A stripe of each quarter of the picture: its commonest colour is the field's.
    fields = [picture.crop(box) for top in (30, 190) for box in ((120, top, 340, top + 60), (390, top, 610, top + 60))]
    colours = [max(field.getcolors(maxcolors=100_000))[1] for field in fields]
    brightness = [sum(colour) for colour in colours]
    # cividis gets brighter with the value: cosine k=1, euclidean k=1, euclidean k=16, cosine k=16.
    assert sorted(range(4), key=brightness.__getitem__) == [2, 0, 1, 3]
    assert len(set(colours)) == 4


def test_numbers_are_sorted_and_text_stays_in_order(table, call):
    rows = ["16,b,0.1", "2,b,0.2", "1e0,b,0.3", "16,a,0.4", "1e0,a,0.5", "2,a,0.6"]
    table("\ufeffn_neighbors,metric,accuracy\r\n" + "\r\n\r\n".join(rows))
    assert call(SCRIPT, "scores.csv", "scores.png")[1].splitlines()[:3] == [
        "n_neighbors    1e0      2     16",
        "b             0.30   0.20   0.10",
        "a             0.50   0.60   0.40",
    ]


OTHER = "task,beta,size,seed,share\n0,0.10,8,0,100\n0,0.10,8,1,300\n1,0.2,8,0,-1\n1,0.2,8,1,-2\n"
NAMES = ("scores.csv", "scores.png", "--x", "beta", "--y", "size", "--value", "share")


def test_other_columns_are_told_and_their_runs_averaged(table, call):
    table(OTHER)
    shown = "beta   0.10    0.2\n8    200.00  -1.50\nwrote scores.png\n"
    assert call(SCRIPT, *NAMES, "--mean") == (0, shown, "")


def test_runs_of_a_pair_are_averaged_only_when_that_is_said(table, refusal):
    table(OTHER)
    assert refusal(SCRIPT, *NAMES) == "scores.csv: beta 0.10 with size 8 has 2 rows, not 1"


def test_a_pair_with_fewer_runs_than_others_is_named(table, refusal):
    table(OTHER.removesuffix("1,0.2,8,1,-2\n"))
    assert refusal(SCRIPT, *NAMES, "--mean") == "scores.csv: beta 0.2 with size 8 has 1 rows, not 2"


def test_a_pair_with_more_runs_than_all_others_is_named(table, refusal):
    table(OTHER.replace("0,0.10,8,0", "0,0.10,8,2,0\n0,0.10,8,0") + "2,0.3,8,0,1\n2,0.3,8,1,1\n")
    assert refusal(SCRIPT, *NAMES, "--mean") == "scores.csv: beta 0.10 with size 8 has 3 rows, not 2"


def test_a_number_may_be_written_in_two_ways(table, call):
    table(OTHER.replace("0,0.10,8,1", "0,1.00E-01,8.0,1"))
    assert call(SCRIPT, *NAMES, "--mean")[1].startswith("beta   0.10    0.2\n8    200.00  -1.50\n")


def test_true_and_false_are_one_and_zero(table, call):
    table(OTHER.replace(",100", ",true").replace(",300", ",false"))
    assert call(SCRIPT, *NAMES, "--mean")[1].startswith("beta   0.10    0.2\n8      0.50  -1.50\n")


def test_a_column_that_is_not_there_is_named(table, refusal):
    table(OTHER)
    line = refusal(SCRIPT, *NAMES[:-1], "Share")
    assert line == "scores.csv, line 1: expected columns beta, size and Share, found task,beta,size,seed,share"


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_the_name_says_the_format(learner, table, call, suffix):
    table(TABLE)
    picture = learner.folder / f"scores.{suffix}"
    first = []
    for _ in range(2):  # the second time over the first picture
        assert call(SCRIPT, "scores.csv", picture.name)[0] == 0
        first.append(picture.read_bytes()[:5])
    assert first == [{"png": b"\x89PNG\r", "pdf": b"%PDF-", "svg": b"<?xml"}[suffix]] * 2


def test_names_are_no_formulas(table, call):
    table(HEADER + "0,1,$a_{$,0.5\n")
    assert call(SCRIPT, "scores.csv", "scores.png") == (
        0,
        "n_neighbors      1\n$a_{$         0.50\nwrote scores.png\n",
        "",
    )


def test_any_terminal_can_show_the_table(learner, table):
    table(TABLE.replace("cosine", "ô"))
    done = learner.run(SCRIPT, "scores.csv", "scores.png", env=ASCII, check=True)
    assert "\n\\xf4           " in done.stdout and (learner.folder / "scores.png").exists()


def test_the_picture_does_not_depend_on_who_reads_the_table(learner, table):
    table(TABLE)
    learner.closed_early(SCRIPT, "scores.csv", "scores.png")
    with Image.open(learner.folder / "scores.png") as image:
        image.load()


def columns(found):
    return f"scores.csv, line 1: expected columns n_neighbors, metric and accuracy, found {found}"


DAMAGED = {
    "empty": ("", columns("")),
    "no header": ("0,1,euclidean,0.5\n", columns("0,1,euclidean,0.5")),
    "no accuracy": ("index,n_neighbors,metric\n0,1,euclidean\n", columns("index,n_neighbors,metric")),
    "semicolons": (TABLE.replace(",", ";"), columns("index;n_neighbors;metric;accuracy")),
    "header only": (HEADER, "scores.csv has no accuracy in it"),
    "a short row": (HEADER + "0,1,euclidean\n", "scores.csv, line 2: expected 4 fields, as in line 1"),
    "a long row": (TABLE + "2,4,cosine,0,5\n", "scores.csv, line 6: expected 4 fields, as in line 1"),
    "not a number": (HEADER + "0,1,cosine,nan\n", "scores.csv, line 2: accuracy is nan"),
    "infinite": (TABLE + "2,4,cosine,inf\n", "scores.csv, line 6: accuracy is inf"),
    "a row twice": (TABLE + "0,1,cosine,0.125\n", "scores.csv, line 6: a copy of line 3 would count twice"),
    "a pair twice": (TABLE + "9,16,cosine,0.9\n", "scores.csv: n_neighbors 16 with metric cosine has 2 rows, not 1"),
    "a pair is missing": (
        TABLE.removesuffix("1,16,cosine,1\n"),
        "scores.csv: n_neighbors 16 with metric cosine has 0 rows, not 1",
    ),
    "another pair is missing": (
        TABLE.replace("0,1,cosine,0.125\n", ""),
        "scores.csv: n_neighbors 1 with metric cosine has 0 rows, not 1",
    ),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_table_is_one_line(table, refusal, what):
    text, message = DAMAGED[what]
    table(text)
    assert refusal(SCRIPT, "scores.csv", "scores.png") == message


@pytest.mark.parametrize("row", ["0,1,cosine,good", "0,1,cosine,"])
def test_what_is_no_number_is_not_silent(table, stays, row):
    table(HEADER + row + "\n")
    assert "ValueError" in stays(SCRIPT, "scores.csv", "scores.png")


def test_no_table_is_one_line(learner):
    assert learner.refuses(SCRIPT, "scores.csv", "scores.png") == "scores.csv is missing: run collection.py first"


@pytest.mark.parametrize("picture", ["scores", "slurm", "", "."])
def test_a_name_without_a_format_is_one_line(table, refusal, picture):
    table(TABLE)
    line = refusal(SCRIPT, "scores.csv", picture)
    assert line == f"{picture or '.'}: the name must say the format, as in scores.png"


@pytest.mark.parametrize("picture", ["scores.csv", "slurm/../scores.csv", "scores.data", "none/scores.png"])
def test_another_place_or_format_is_not_silent_and_the_table_stays(table, stays, picture):
    table(TABLE)
    assert stays(SCRIPT, "scores.csv", picture)


def test_wrong_arguments_are_refused(refusal):
    line = refusal(SCRIPT, "scores.csv")
    assert line == "plot_scores.py: error: the following arguments are required: PICTURE"
