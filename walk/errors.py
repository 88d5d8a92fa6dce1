"""The errors that the walk shows to a person: lines, each with its page, and no traceback."""


class Wrong(Exception):
    """What is wrong with the pages or with this machine, in words for a person."""


class Broken(Wrong):
    """What the pages are walked on is broken, so that nothing after this can be walked."""


def told(error: BaseException, words: str = "") -> str:
    """The words for an error, and for what went wrong while it ended the walk."""
    return "\n".join(f"walk: {line}" for line in [words or str(error), *getattr(error, "__notes__", [])])
