"""The picture of the collected accuracies."""

import os

import pytest
from bundle import load, snapshot
from PIL import Image

SCRIPT = "python/plot_scores.py"
HEADER = "index,n_neighbors,metric,accuracy\n"
TABLE = HEADER + "0,1,euclidean,0.5\n0,1,cosine,0.125\n1,16,euclidean,0.75\n1,16,cosine,1\n"
SHOWN = """\
             k=1  k=16
euclidean   0.50  0.75
cosine      0.12  1.00
wrote scores.png
"""


@pytest.fixture
def table(learner):
    def table(text, name="scores.csv"):
        path = learner.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return table


def pixels(path):
    with Image.open(path) as image:
        assert image.format == "PNG"
        return image.convert("RGB")


def test_the_picture_has_a_field_for_each_accuracy_at_its_place(learner, table, call):
    table(TABLE)
    assert call(SCRIPT, "scores.csv", "scores.png") == (0, SHOWN, "")
    image = pixels(learner.folder / "scores.png")
    assert image.size == (640, 400)
    # The axes are 0.17 to 0.97 of the width and, from the bottom, 0.14 to 0.96 of the height; 10 pixels from a corner.
    left, right, top, bottom = 119, 610, 26, 334
    corners = [image.getpixel((x, y)) for y in (top, bottom) for x in (left, right)]
    brightness = [sum(corner) for corner in corners]
    # cividis gets brighter with the value: cosine k=1, euclidean k=1, euclidean k=16, cosine k=16.
    assert sorted(range(4), key=brightness.__getitem__) == [2, 0, 1, 3]
    assert len(set(corners)) == 4


def test_neighbour_counts_are_sorted_as_numbers_and_metrics_stay_in_order(table):
    load_scores = load(SCRIPT).load_scores
    rows = ["16,b,0.1", "2,b,0.2", "1,b,0.3", "16,a,0.4", "1,a,0.5", "2,a,0.6"]
    scores, metrics, counts = load_scores(table("n_neighbors,metric,accuracy\n" + "\n".join(rows)))
    assert (metrics, counts) == (["b", "a"], [1, 2, 16])
    assert scores.tolist() == [[0.3, 0.2, 0.1], [0.5, 0.6, 0.4]]


def test_a_second_run_writes_the_same(learner, table, call):
    table(TABLE)
    call(SCRIPT, "scores.csv", "pictures/scores.png")
    first = snapshot(learner.folder / "pictures")
    (learner.folder / "pictures/scores.png").write_bytes(b"old")
    call(SCRIPT, "scores.csv", "pictures/scores.png")
    assert snapshot(learner.folder / "pictures") == first


def test_names_are_no_formulas(table, call):
    table(HEADER + "0,1,$a_{$,0.5\n")
    assert call(SCRIPT, "scores.csv", "scores.png") == (0, "             k=1\n$a_{$       0.50\nwrote scores.png\n", "")


DAMAGED = {
    "binary": bytes(range(256)),
    "no header": "0,1,euclidean,0.5\n1,2,euclidean,0.5\n",
    "no accuracy": "index,n_neighbors,metric\n0,1,euclidean\n",
    "short row": HEADER + "0,1,euclidean\n",
    "text for k": HEADER + "0,one,euclidean,0.5\n",
    "a fraction for k": HEADER + "0,1.5,euclidean,0.5\n",
    "text for accuracy": HEADER + "0,1,euclidean,good\n",
    "not a number": HEADER + "0,1,euclidean,nan\n",
    "accuracy above 1": HEADER + "0,1,euclidean,64\n",
    "negative accuracy": HEADER + "0,1,euclidean,-0.5\n",
    "one long field": HEADER + "1" * 200_000,
}
INCOMPLETE = {
    "empty": "",
    "header only": HEADER,
    "one accuracy is missing": TABLE.removesuffix("1,16,cosine,1\n"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_table_is_one_line(table, refusal, what):
    table(DAMAGED[what])
    assert refusal(SCRIPT, "scores.csv", "scores.png").startswith("scores.csv is damaged: ")


@pytest.mark.parametrize("what", INCOMPLETE)
def test_an_incomplete_table_is_one_line(table, refusal, what):
    table(INCOMPLETE[what])
    line = refusal(SCRIPT, "scores.csv", "scores.png")
    assert line == "scores.csv is not complete: it needs one accuracy for each metric and n_neighbors"


@pytest.mark.slow
def test_no_table_is_one_line(learner):
    assert learner.refuses(SCRIPT, "scores.csv", "scores.png") == "scores.csv is missing: run collection.py first"


def test_a_folder_in_place_of_the_table_is_one_line(refusal):
    assert refusal(SCRIPT, "slurm", "scores.png") == "cannot read slurm: Is a directory"


@pytest.mark.parametrize("picture", ["scores.csv", "slurm/../scores.csv", "link.csv"])
def test_the_table_is_not_overwritten(learner, table, refusal, picture):
    table(TABLE)
    (learner.folder / "link.csv").symlink_to("scores.csv")
    for name in ["scores.csv", "link.csv"]:
        assert refusal(SCRIPT, name, picture) == f"{picture} is the table: choose another place for the picture"


@pytest.mark.parametrize("picture", ["", ".", "/", "slurm"])
def test_a_folder_is_no_place_for_the_picture(table, refusal, picture):
    table(TABLE)
    assert refusal(SCRIPT, "scores.csv", picture).endswith(" is a folder: give the picture a name")


def test_a_place_that_cannot_be_is_one_line(learner, table, refusal):
    table(TABLE)
    (learner.folder / "loop").symlink_to("loop")
    assert refusal(SCRIPT, "scores.csv", "loop/a.png").startswith("cannot write loop/a.png: ")


def test_wrong_arguments_are_one_line(refusal):
    assert refusal(SCRIPT, "scores.csv").endswith("the following arguments are required: PICTURE")


@pytest.mark.slow
def test_a_full_disk_is_one_line_and_leaves_the_earlier_picture(learner, table):
    table(TABLE)
    (learner.folder / "out").mkdir()
    (learner.folder / "out/scores.png").write_bytes(b"an earlier picture")
    line = learner.refuses_on_full_disk("out", SCRIPT, "scores.csv", "out/scores.png", free=4096)
    assert line == "cannot write out/scores.png: No space left on device"


@pytest.mark.slow
def test_a_read_only_disk_is_one_line(learner, table):
    table(TABLE)
    line = learner.refuses_on_read_only("out", SCRIPT, "scores.csv", "out/scores.png")
    assert line == "cannot write out/scores.png: Read-only file system"


@pytest.mark.slow
def test_ctrl_c_is_one_line_and_leaves_nothing(learner, table, paused):
    table(TABLE)
    before = snapshot(learner.folder)
    done = learner.interrupt(SCRIPT, "scores.csv", "scores.png", after="paused", env=paused)
    assert (done.returncode, done.stderr) == (1, "stopped: nothing was written\n")
    assert snapshot(learner.folder) == before


@pytest.mark.slow
def test_two_copies_at_the_same_time(learner, table):
    table(TABLE)
    for done in learner.together(*[[SCRIPT, "scores.csv", "out/scores.png"]] * 2):
        assert (done.returncode, done.stdout, done.stderr) == (0, SHOWN.replace("scores.png", "out/scores.png"), "")
    assert os.listdir(learner.folder / "out") == ["scores.png"]
    pixels(learner.folder / "out/scores.png")
