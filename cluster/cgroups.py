"""The cgroups of the practice cluster: a folder of its own below each controller that Slurm uses."""

import contextlib
import os
import time
from pathlib import Path

from cluster.location import NAME

GROUP = f"practice-cluster-{NAME}"
# What Slurm uses here, and all that there is: some machines mount several together.
WANTED = {"memory", "cpuacct", "freezer"}
KNOWN = WANTED | {"cpu", "cpuset", "devices", "pids", "blkio", "net_cls", "net_prio", "perf_event", "hugetlb"}
# A group is as important as one process beside it, and the jobs of four nodes would share what one process gets.
SHARES = 8


def mounts() -> tuple[dict[str, Path], Path | None]:
    """Return {controllers of one mount of cgroup v1: its folder}, and the folder of cgroup v2."""
    first: dict[str, Path] = {}
    second = None
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, folder, kind, flags = line.split()[:4]
        controllers = [word for word in flags.split(",") if word in KNOWN]
        if kind == "cgroup" and WANTED.intersection(controllers):
            first.setdefault(",".join(controllers), Path(folder))
        elif kind == "cgroup2":
            second = second or Path(folder)
    return first, second


def make() -> tuple[str, list[Path]]:
    """Make our folders. Return what mounts.sh mounts, and where a process must go; both empty if that may not be."""
    first, second = mounts()
    has_memory = any("memory" in controllers.split(",") for controllers in first)
    try:
        if has_memory:
            return " ".join(first), [make_first(controllers, folder) for controllers, folder in first.items()]
        if second and "memory" in second.joinpath("cgroup.controllers").read_text().split():
            ours = second / GROUP
            ours.mkdir(exist_ok=True)
            for controller in ("memory", "cpuset", "cpu"):
                with contextlib.suppress(OSError):
                    second.joinpath("cgroup.subtree_control").write_text(f"+{controller}")
            with contextlib.suppress(OSError):
                ours.joinpath("cpu.weight").write_text(str(100 * SHARES))
            return "v2", [ours]
    except OSError:
        remove()
    return "", []


def make_first(controllers: str, parent: Path) -> Path:
    """Make our folder below one mount of cgroup v1."""
    ours = parent / GROUP
    ours.mkdir(exist_ok=True)
    if "cpuset" in controllers.split(","):
        # A new group has no processors and no memory until somebody says which.
        for name in ("cpuset.cpus", "cpuset.mems"):
            ours.joinpath(name).write_text(parent.joinpath(name).read_text())
        ours.joinpath("cgroup.clone_children").write_text("1")
    if "cpu" in controllers.split(","):
        ours.joinpath("cpu.shares").write_text(str(1024 * SHARES))
    return ours


def folders() -> list[Path]:
    """Return those of our folders that are there."""
    first, second = mounts()
    return [parent / GROUP for parent in (*first.values(), second) if parent and (parent / GROUP).is_dir()]


def settle(pid: int) -> None:
    """Take a process out of our group of cgroup v2, where only groups below it may have processes."""
    for group in folders():
        if (group / "daemons/cgroup.procs").exists():
            (group / "daemons/cgroup.procs").write_text(str(pid))


def thaw() -> None:
    """Let all processes in our folders go on: of cgroup v1, what is frozen can't even be killed.

    Slurm freezes the processes of a job to kill them, and may be killed itself before it lets them go on.
    """
    for ours in folders():
        for folder, _, files in os.walk(ours):  # unlike rglob, it goes on where a folder has gone meanwhile
            if "freezer.state" in files:
                with contextlib.suppress(OSError):
                    Path(folder, "freezer.state").write_text("THAWED")


def remove(seconds: float = 10) -> list[Path]:
    """Remove our folders, which works when their last process is gone; return those that stay."""
    end = time.monotonic() + seconds
    while (left := folders()) and time.monotonic() < end:
        for group in left:
            for folder, _, _ in os.walk(group, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
        time.sleep(0.05)
    return left
