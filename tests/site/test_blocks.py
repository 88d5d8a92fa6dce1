"""Every literal block of our pages is a transcript, an included file that something runs, an edit, or for show."""

from walk import inventory


def test_every_block_is_of_a_kind(site, root):
    found = inventory.read(root, site.folder.parent / "doctrees")
    assert found.errors == []
    written = (root / found.config.walk_totals).read_text(encoding="utf-8").split()
    totals = [f"{kind},{count}" for kind, count in found.totals().items()]
    assert " ".join(written) == " ".join(totals), "content/how-it-is-tested.md has old numbers: `make outputs`"
