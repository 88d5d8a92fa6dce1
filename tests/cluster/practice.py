"""Drives the practice cluster as its owner and its learner do, for tests on a real Slurm."""

import contextlib
import io
import ipaddress
import os
import shlex
import struct
import subprocess
import sys
import tarfile
import time
from pathlib import Path

CODE = Path(__file__).parents[2] / "code"
PRACTICE_CLUSTER = CODE.parent / "cluster/practice-cluster"
FOLDER = "notebook-to-cluster"
ENDED = {
    "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "TIMEOUT",
}  # fmt: skip


def practice_cluster(*arguments, timeout=600, **options):
    """Run cluster/practice-cluster to its end, and return it finished, with its output as text."""
    command = [sys.executable, PRACTICE_CLUSTER, *map(str, arguments)]
    options = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "check": False} | options
    if "input" in options:
        del options["stdin"]
    return subprocess.run(command, timeout=timeout, **options)


def poll(question, seconds, what):
    """Ask until the answer is true, and return it; fail after some seconds with the last answer."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, f"{what}: not after {seconds} s"
        time.sleep(0.3)
    return answer


def the_bundle():
    """Return the folder of the lesson as a tar archive."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        for path in sorted(CODE.rglob("*")):
            name = path.relative_to(CODE)
            if path.is_file() and not any(part.startswith((".", "__")) for part in name.parts):
                tar.add(path, name)
    return whole.getvalue()


class Cluster:
    """A practice cluster that is up, with the lesson's folder in learner's home."""

    def run(self, command, check=True, folder=FOLDER, timeout=300):
        """Type a command as learner, in the lesson's folder; return it finished."""
        done = practice_cluster("run", "bash", "-c", f"cd {folder} && {command}", timeout=timeout)
        if check:
            assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
        return done

    def output(self, command, **options):
        return self.run(command, **options).stdout.strip()

    def fresh_folder(self, name):
        """Return a new folder in learner's home, with the bundle and the image in it."""
        archive = the_bundle()
        unpack = f"mkdir {name} && tar -x -C {name} && ln ~/{FOLDER}/knn.sif {name}/"
        done = practice_cluster("run", "bash", "-c", unpack, input=archive, text=False)
        assert done.returncode == 0, done.stderr
        return name

    def states(self, *ids, whole=False):
        """Return {job id: state} as sacct tells it, one a task."""
        text = self.output(f"sacct -X -n -P -j {','.join(ids)} -o JobID,State,ExitCode", folder=".")
        rows = [line.split("|") for line in text.splitlines()]
        return {job: (state, code) if whole else state.split()[0] for job, state, code in rows}

    def wait(self, *ids, tasks=None, seconds=600):
        """Wait until sacct knows the end of all jobs, and of that many tasks; return {job id: state}."""

        def ended():
            states = self.states(*ids)
            enough = len(states) >= (tasks or len(ids))
            return states if enough and all(state in ENDED for state in states.values()) else None

        try:
            return poll(ended, seconds, f"the end of {', '.join(ids)}")
        except AssertionError as error:
            queue = self.output("squeue; sinfo", folder=".")
            raise AssertionError(f"{error}\n{self.states(*ids)}\n{queue}") from None

    def as_root(self, *command, check=True):
        """Run a command as root inside, which the practice cluster itself has no verb for."""
        pid = self.status()["process 1"]
        nsenter = ["nsenter", f"--target={pid}", "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--root", "--wd"]
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
        done = subprocess.run([*nsenter, *command], env=environment, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def status(self):
        done = practice_cluster("status")
        assert done.returncode == 0, done.stderr
        return dict(line.split(":", 1) for line in done.stdout.splitlines() if ":  " in line) | {
            "process 1": done.stdout.rpartition("process 1:")[2].strip()
        }


# What the system itself lists. Of the firewall without what the kernel counts, and without the time of the answer.
SYSTEM = {
    "users": "getent passwd",
    "groups": "getent group",
    "network": "ls /sys/class/net",
    "firewall": "{ nft list ruleset; iptables-save; ip6tables-save; } 2>/dev/null"
    " | sed -e '/^#/d' -e 's/[[][0-9:]*[]]//' -e 's/packets [0-9]* bytes [0-9]*//'",
}


class Machine:
    """What a machine has, to be compared with what it had: nothing of a cluster may stay."""

    # Where daemons, packages and users keep things. To look through all of /usr would take longer than an `up`.
    FOLDERS = ("/etc", "/usr/local", "/home", "/var/lib/dpkg", "/var/spool", "/var/mail", "/run")
    CACHE = Path(os.environ.get("PRACTICE_CLUSTER_CACHE", "/var/cache/practice-cluster"))

    def __init__(self, stamp):
        stamp.touch()
        self.stamp = stamp
        self.listening = listening()
        self.before = self.look()
        time.sleep(0.02)  # what is changed from now on is newer than the stamp

    def look(self):
        """Return {kind: what there is}."""
        groups = [str(path) for path in Path("/sys/fs/cgroup").glob("*/*") if path.is_dir()]
        cached = sorted(path.name for path in self.CACHE.glob("*"))
        return {
            "processes": set(apart()),
            "mounts": Path("/proc/self/mounts").read_text(),
            "cgroups": sorted(group for group in groups if "cluster" in group or "slurm" in group),
            # Above, the kernel gives ports to any program.
            "listens": sorted(address for address in listening() if address[1] < 32768),
            "run": sorted(str(path) for path in Path("/run").glob("*") if "cluster" in path.name),
            "cache": [name for name in cached if name == "live" or "partial" in name],
        } | {kind: subprocess.getoutput(command) for kind, command in SYSTEM.items()}

    def changed(self):
        """Return the files outside the cache that were changed since."""
        folders = [folder for folder in self.FOLDERS if Path(folder).is_dir()]
        find = ["find", *folders, "-xdev", "-not", "-type", "d", "-newer", self.stamp, "-print"]
        return subprocess.run(find, capture_output=True, text=True, check=False).stdout.splitlines()

    def differences(self):
        """Return what is not as it was, in a few words each; wait a moment for what is just ending."""
        end = time.monotonic() + 3
        while (now := self.look()) != self.before and time.monotonic() < end:
            time.sleep(0.1)
        found = [f"{kind}: {self.before[kind]} -> {now[kind]}" for kind in now if now[kind] != self.before[kind]]
        return found + self.changed()


def listening():
    """Return the addresses at which somebody listens, as ("127.0.0.1", 16817)."""
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


def apart():
    """Yield the processes in another process namespace than ours, and those that start others in one."""
    own = os.readlink("/proc/self/ns/pid")
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name = (process / "comm").read_text().strip()
            spaces = {os.readlink(process / "ns" / space) for space in ("pid", "pid_for_children")}
            if spaces != {own} and not name.startswith("chrom"):
                yield f"{process.name} {name}"
