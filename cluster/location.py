"""Where the practice cluster keeps things on the machine."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSIDE = HERE / "inside"

# Several clusters can be up on a machine, each with a name of its own.
NAME = os.environ.get("PRACTICE_CLUSTER_NAME", "lesson")
# Debian has a Slurm in each release; the first one is what the pages show.
RELEASES = ("trixie", "bookworm", "forky")
RELEASE = os.environ.get("PRACTICE_CLUSTER_RELEASE", RELEASES[0])
# What may stay: packages and images. All clusters share it.
CACHE = Path(os.environ.get("PRACTICE_CLUSTER_CACHE") or "/var/cache/practice-cluster").absolute()
# What this cluster writes to disk; gone after `down`.
LIVE = CACHE / "live" / NAME
# Which processes are the clusters; gone after `down`, and after a restart of the machine.
RUN = Path("/run/practice-cluster")


def failed_logs(name: str = NAME) -> Path:
    """Return where the logs of a start that failed are kept, until the next `up` of that name."""
    return CACHE / f"failed-{name}"
