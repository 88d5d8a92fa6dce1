"""Every transcript and every edit of the lesson's pages, walked in a reader's order on a real cluster, an item each.

The items of one run share one walk. With only some of them chosen, the walk does what their pages need, and them.
"""

from pathlib import Path

import pytest

from walk import inventory, places
from walk.errors import Wrong
from walk.journey import Journey

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.slow]


def pytest_generate_tests(metafunc):
    """Makes one item a block, from the site as `make html` has built it; if it can't be read, one that says why."""
    try:
        found = inventory.read(ROOT, ROOT / "_build/doctrees")
    except Wrong as wrong:
        metafunc.parametrize("block", [wrong], ids=["the pages"])
        return
    blocks = found.of(inventory.TRANSCRIPT, inventory.EDIT)
    metafunc.parametrize("block", blocks, ids=[block.place for block in blocks])


@pytest.fixture(scope="module")
def journey(request, may_start_cluster):
    """The walk; it goes on to each block that is asked for."""
    found = inventory.read(ROOT, ROOT / "_build/doctrees")
    chosen = {item.callspec.params["block"].page for item in request.session.items if item.path == Path(__file__)}
    pages = {page for name in chosen for page in found.needed(name)}
    with Journey(found, places.of(found), pages) as journey:
        yield journey


def test_a_page_does_what_it_shows(request, block):
    if isinstance(block, Wrong):
        pytest.fail(str(block), pytrace=False)
    outcome = request.getfixturevalue("journey").outcome(block)
    assert not outcome.wrong, outcome.report()
