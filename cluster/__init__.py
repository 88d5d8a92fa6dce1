"""The practice cluster: a real Slurm of several nodes on one machine."""


class ClusterError(Exception):
    """What can't be done, in one line for the user, and the exit code: 1 failed, 2 wrong use, 3 not up."""

    def __init__(self, message: str, code: int = 1) -> None:
        """Take the line and the exit code."""
        super().__init__(message)
        self.code = code
