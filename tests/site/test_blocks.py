"""Every literal block of our pages is a transcript, an included file that something runs, an edit, or for show."""

from walk import inventory


def test_every_block_is_of_a_kind(site, root, record_property):
    found = inventory.read(root, site.folder.parent / "doctrees")
    assert found.errors == []
    for kind, count in found.totals().items():
        record_property(kind, count)
