"""The one kind of error that the walk shows to a person: lines, each with its page, and no traceback."""


class Wrong(Exception):
    """What is wrong with the pages or with this machine, in words for a person."""
