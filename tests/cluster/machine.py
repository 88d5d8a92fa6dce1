"""What a machine has, to be compared with what it had: nothing of a practice cluster may stay."""

import contextlib
import ipaddress
import os
import re
import struct
import subprocess
import time
from pathlib import Path

from cluster import state
from cluster.inside.slurm_conf import Ports
from cluster.location import CACHE, RUN
from cluster.options import MOST_NODES

# What the system itself lists. Of the firewall without what the kernel counts, and without the time of the answer.
SYSTEM = {
    "users": "getent passwd",
    "groups": "getent group",
    "network": "ls /sys/class/net",
    "firewall": "{ nft list ruleset; iptables-save; ip6tables-save; } 2>/dev/null"
    " | sed -e '/^#/d' -e 's/[[][0-9:]*[]]//' -e 's/packets [0-9]* bytes [0-9]*//'",
}
# Where daemons, packages and users keep things. To look through all of /usr would take longer than an `up`.
FOLDERS = ("/etc", "/usr/local", "/home", "/var/lib/dpkg", "/var/spool", "/var/mail", "/run")
SECONDS = 10  # that what is just ending may take


class Machine:
    """What a machine has of the cluster of a name, and what no cluster may change.

    Other clusters may start and end meanwhile: what is theirs, by its name, does not count.
    """

    def __init__(self, stamp, name):
        stamp.touch()
        self.stamp, self.name = stamp, name
        self.listening = listening()
        self.before = self.look()
        time.sleep(0.02)  # what is changed from now on is newer than the stamp

    def look(self):
        """Return {kind: set of what there is}."""
        groups = {str(path) for path in Path("/sys/fs/cgroup").glob("*/*") if path.is_dir()}
        files = [*RUN.glob("*"), *CACHE.glob("live/*")]
        return {
            "processes": set(apart(self.name)),
            "mounts": set(Path("/proc/self/mounts").read_text().splitlines()),
            "cgroups": {group for group in groups if self.name in group or "slurm" in group},
            "listens": self.listens(),
            "files": {str(path) for path in files if path.name.startswith(self.name)},
        } | {kind: set(subprocess.getoutput(command).splitlines()) for kind, command in SYSTEM.items()}

    def listens(self):
        """Return who listens below the ports that the kernel gives to any program, without other clusters."""
        found = {address for address in listening() if address[1] < 32768}
        others = [state.last(path.stem) for path in RUN.glob("*.json") if path.stem != self.name]
        theirs = {port for known in others if known for port in Ports(known["slot"]).all(MOST_NODES)}
        return {address for address in found if address[1] not in theirs}

    def changed(self):
        """Return the files outside the cache that were changed since."""
        folders = [folder for folder in FOLDERS if Path(folder).is_dir()]
        find = ["find", *folders, "-xdev", "-not", "-type", "d", "-newer", self.stamp, "-print"]
        found = subprocess.run(find, capture_output=True, text=True, check=False).stdout.splitlines()
        return {path for path in found if not path.startswith(f"{RUN}/") or self.name in path}

    def differences(self):
        """Return what is there and was not, or the other way round, in a few words each."""
        end = time.monotonic() + SECONDS
        while True:
            now = self.look()
            found = [f"{kind}: new: {sorted(map(str, now[kind] - self.before[kind]))}" for kind in now
                     if now[kind] - self.before[kind]]  # fmt: skip
            # Processes, listeners and groups of others end at any time.
            found += [f"{kind}: gone: {sorted(self.before[kind] - now[kind])}" for kind in ("mounts", *SYSTEM)
                      if self.before[kind] - now[kind]]  # fmt: skip
            found += [f"changed: {path}" for path in sorted(self.changed())]
            if not found or time.monotonic() > end:
                return found
            time.sleep(0.2)


def texts(paths):
    """Yield the texts of files that may go at any time."""
    for path in paths:
        with contextlib.suppress(OSError):
            yield path.read_text(errors="replace")


def listening():
    """Return the addresses at which somebody listens, as ("127.0.0.1", 17001)."""
    found = set()
    for table, listens in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state = line.split()[:4]
            address, _, port = local.partition(":")
            if state == listens:
                words = struct.unpack(f">{len(address) // 8}I", bytes.fromhex(address))
                packed = struct.pack(f"={len(words)}I", *words)
                found.add((str(ipaddress.ip_address(packed)), int(port, 16)))
    return found


def apart(name):
    """Yield the processes in another process namespace than ours, and those that start others in one.

    What belongs to a cluster of another name is left out: its groups, its words, its variables or its mounts say so.
    """
    own = os.readlink("/proc/self/ns/pid")
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "comm").read_text().strip()
            spaces = {os.readlink(process / "ns" / space) for space in ("pid", "pid_for_children")}
            if spaces != {own} and not command.startswith("chrom") and not of_another(process, name):
                yield f"{process.name} {command}"


def of_another(process, name):
    """Say whether a process belongs to a cluster of another name."""
    said = "".join(texts(process / file for file in ("cgroup", "cmdline", "environ", "mountinfo")))
    names = set(re.findall(r"(?:/practice-cluster-|/live/|PRACTICE_CLUSTER_NAME=)([a-z0-9-]+)", said))
    return bool(names) and name not in names
