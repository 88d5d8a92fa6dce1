"""The ports of this machine that a cluster listens on: a row of its own for each one that is up at the same time."""

import os
import socket

from cluster import ClusterError, state
from cluster.inside.slurm_conf import SLOTS, Ports


def free_slot(nodes: int) -> int:
    """Return the first row of ports that no other cluster has, and no other program; refuse if there is none."""
    busy = ""
    for slot in sorted(set(range(SLOTS)) - state.used_slots()):
        refused = next(filter(None, map(taken, Ports(slot).all(nodes))), "")
        if not refused:
            return slot
        busy = busy or refused
    raise ClusterError(busy or f"{SLOTS} practice clusters are up already")


def taken(port: int) -> str:
    """Say why nobody can listen on a port of the loopback address; nothing if that is possible."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        return f"needs port {port} of this machine: {os.strerror(error.errno or 0)}"
    return ""
