"""What the page notebook-to-script says of an export, shown with small notebooks."""

import matplotlib.pyplot as plt
import nbformat.v4 as v4
import pytest
from nbconvert import ScriptExporter

PYTHON = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python", "file_extension": ".py", "nbconvert_exporter": "python"},
}


def export(*cells, metadata=PYTHON):
    """Return the script that nbconvert makes of a notebook with these cells, and the ending of its name."""
    cells = [v4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    text, resources = ScriptExporter().from_notebook_node(v4.new_notebook(cells=cells, metadata=metadata))
    return text, resources["output_extension"]


def test_a_cell_magic_has_its_whole_cell_in_one_line():
    text, ending = export("%%time\nx = 1\ny = 2")
    assert ending == ".py"
    assert r"get_ipython().run_cell_magic('time', '', 'x = 1\ny = 2\n')" in text.splitlines()
    assert text.count("x = 1") == 1


@pytest.mark.parametrize("cell", ["await f()", v4.new_raw_cell("Some text.")])
def test_python_finds_what_is_no_python_without_running_it(cell):
    text, _ = export("x = 1", cell)
    assert (cell if isinstance(cell, str) else cell.source) in text.splitlines()
    with pytest.raises(SyntaxError):
        compile(text, "mine.py", "exec")


@pytest.mark.parametrize("cell", ["%matplotlib inline", "!ls", "%%time\nx = 1", "display(1)", "Out[1]", "fig.show()"])
def test_python_finds_a_missing_name_only_when_it_runs(cell):
    program = compile(export(cell)[0], "mine.py", "exec")
    with pytest.raises(NameError):
        exec(program, {})


def test_a_value_alone_in_a_line_shows_nothing(capsys):
    exec(export("scores = [1, 2]", "scores")[0], {})
    assert capsys.readouterr() == ("", "")


def test_without_a_language_the_export_is_text():
    text, ending = export("%matplotlib inline", metadata={})
    assert ending == ".txt" and text.startswith("%matplotlib")


def test_curves_gather_in_a_figure_that_nobody_closes():
    for _ in range(3):
        plt.plot([1, 2])
    assert len(plt.gca().lines) == 3
    plt.close()
    plt.plot([1, 2])
    assert len(plt.gca().lines) == 1
    plt.close()


def test_many_open_figures_warn():
    with pytest.warns(RuntimeWarning, match="More than 20 figures"):
        for _ in range(21):
            plt.figure()
    plt.close("all")
