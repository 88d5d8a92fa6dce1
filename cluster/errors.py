"""The one kind of error that the practice cluster shows: a line, and an exit code."""

FAILED, WRONG_USE, NOT_UP = 1, 2, 3


class Refusal(Exception):
    """What can't be done, in one line for the user."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code
