"""Where the practice cluster keeps things on the machine."""

import os
import re
from pathlib import Path

from cluster import ClusterError

HERE = Path(__file__).resolve().parent
INSIDE = HERE / "inside"

# Several clusters can be up on a machine, each with a name of its own.
NAME = os.environ.get("PRACTICE_CLUSTER_NAME", "lesson")
# What may stay: packages and images. All clusters share it.
CACHE = Path(os.environ.get("PRACTICE_CLUSTER_CACHE", "/var/cache/practice-cluster")).absolute()
# (file, refusal, seconds) of the lock for what is made once and kept: somebody else may be making it just now.
CACHE_LOCK = (CACHE / "lock", f"another practice-cluster makes something for all of them in {CACHE}", 3600)
# What this cluster writes to disk; gone after `down`.
LIVE = CACHE / "live" / NAME
# Which processes are the clusters; gone after `down`, and after a restart of the machine.
RUN = Path("/run/practice-cluster")


def failed_logs(name: str = NAME) -> Path:
    """Return where the logs of a start that failed are kept, until the next `up` of that name."""
    return CACHE / f"failed-{name}"


def check_name() -> None:
    """Refuse a name that is no word."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", NAME):
        raise ClusterError(f"PRACTICE_CLUSTER_NAME={NAME}: must be a word of a-z, 0-9 and -", code=2)


def only_root() -> None:
    """Refuse anybody but root."""
    if os.geteuid() != 0:
        raise ClusterError("must be run as root: it starts daemons in namespaces of their own")
