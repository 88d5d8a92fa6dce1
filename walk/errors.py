"""The errors that the walk shows to a person: lines, each with its page, and no traceback."""


class WalkError(Exception):
    """What is wrong with the pages or with this machine, in words for a person."""


class Broken(WalkError):
    """What the pages are walked on is broken, so that nothing after this can be walked."""


def told(error: BaseException) -> str:
    """Return the words for an error, and for what went wrong while it ended the session."""
    return "\n".join([str(error), *getattr(error, "__notes__", [])])
