"""What the practice cluster can be told, a function a verb; each returns the exit code."""

import contextlib
import functools
import json
import os
import select
import signal
import subprocess
import threading
import time
from pathlib import Path

from cluster import ClusterError, base_image, boot, cgroups, lesson_image, live, lock, ports, rootfs, settings, state
from cluster.location import CACHE, LIVE, failed_logs
from cluster.namespace import enter, learner

REPAIR_SECONDS = 600
VERSION = '. /etc/os-release; echo "$(sinfo --version | cut -d " " -f 2), from Debian $VERSION_CODENAME"'
ANSWER_SECONDS = 10  # for a registry; where no name server answers, the question itself takes longer


say = functools.partial(print, flush=True)


def only_root() -> None:
    """Refuse anybody but root."""
    if os.geteuid() != 0:
        raise ClusterError("must be run as root: it starts daemons in namespaces of their own")


def up(**options) -> int:
    """Start a cluster and wait until a job has run on it; leave nothing behind when that is interrupted."""
    only_root()
    with lock.held(*lock.OWN):
        # One that lives and isn't ready is what a killed `up` left: who starts one now would have the lock.
        if (state.read() or {}).get("ready"):
            raise ClusterError("is already up: `practice-cluster status` says more, `practice-cluster down` ends it")
        refuse_other_slurm()
        begin = time.monotonic()
        clean()
        rootfs.remove([failed_logs()])
        options["slot"] = take_slot(options["nodes"])
        try:
            root, registry = ingredients(options["release"], options["slot"])
            state.write((state.last() or {}) | {"stand_in": registry is not None, "options": options})
            boot.start(options, root, registry, say)
        except BaseException:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            clean()
            raise
    seconds = time.monotonic() - begin
    say(f"up after {seconds:.1f} s: {options['nodes']} nodes. `practice-cluster shell` takes you there.")
    if "home" not in options:
        say("the home of learner is forgotten by `down`; with `up --home DIR` it is a folder of yours")
    if settings.secret_variables() or settings.secret_pip_conf():
        say("passwords in this machine's settings of pip and proxies stay here: learner has addresses without them")
    return 0


def refuse_other_slurm() -> None:
    """Leave a machine alone that is part of a cluster already."""
    for conf in Path("/etc").glob("slurm*/*.conf"):
        raise ClusterError(f"this machine has a Slurm of its own ({conf}): nothing is started beside it")
    if subprocess.run(["timeout", "10", "sinfo"], capture_output=True).returncode in (0, 124):  # 124: it is busy
        raise ClusterError("this machine has a Slurm of its own (sinfo answers): nothing is started beside it")


def take_slot(nodes: int) -> int:
    """Choose ports that no other cluster has, and note that they are ours."""
    with lock.held(*lock.PORTS, seconds=30):
        slot = ports.free_slot(nodes)
        state.write({"slot": slot, "live": str(LIVE)} | state.process("up", os.getpid()))
    return slot


def ingredients(release: str, slot: int) -> tuple[Path, Path | None]:
    """Return the root folder, and the stand-in base image where no registry answers; make them if they aren't there."""
    answers: list[bool] = []
    question = threading.Thread(target=lambda: answers.append(base_image.registry_answers()), daemon=True)
    question.start()
    with lock.held(*lock.KEPT, seconds=3600, say=say):
        rootfs.remove(CACHE.glob("*.partial"))  # of a command that was killed
        root = rootfs.ensure(release, slot, say)
        question.join(ANSWER_SECONDS)
        return root, None if any(answers) else base_image.ensure(root, say)


def down() -> int:
    """End the cluster, if there is one, and forget it."""
    only_root()
    with lock.held(*lock.OWN, seconds=30):
        was_up = state.read() is not None
        clean()
        with contextlib.suppress(ClusterError), lock.held(*lock.KEPT):  # or somebody is just making one
            rootfs.remove(CACHE.glob("*.partial"))
    say("the practice cluster is down" if was_up else "the practice cluster was not up")
    return 0


def clean() -> None:
    """End the processes of a cluster that ours left, and remove what it wrote."""
    if known := state.read():
        end(known["pid"])
    if left := cgroups.remove():
        raise ClusterError(f"processes are left in {left[0]}")
    if known := state.last():
        live.remove(Path(known["live"]))
    live.remove()
    state.forget()


def end(pid: int, seconds: float = 90) -> None:
    """Kill process 1: the kernel then ends all others of its namespace, and takes down the mounts."""
    limit = time.monotonic() + seconds
    with contextlib.suppress(ProcessLookupError), open(os.pidfd_open(pid), "rb", 0) as process:
        signal.pidfd_send_signal(process.fileno(), signal.SIGKILL)
        while not select.select([process], [], [], 0.2)[0]:
            cgroups.thaw()
            if time.monotonic() > limit:
                raise ClusterError(f"process {pid} does not end")


def status() -> int:
    """Say what runs and what is wrong with it; 1 if something is."""
    known = state.needed()
    wrong = look(known, "check")
    if not any("slurmctld" in line for line in wrong):
        say(enter(known, ["sinfo"]).stdout.strip())
    say(f"Slurm:       {enter(known, ['sh', '-c', VERSION]).stdout.strip()}")
    cgroup = known["cgroup"]
    no_limits = "no usable cgroup here: memory limits are not enforced"
    say(f"limits:      {no_limits if cgroup == 'none' else f'cgroup {cgroup}'}")
    say(f"Apptainer:   {enter(known, ['apptainer', 'version']).stdout.strip()}")
    if not may_make_namespaces(known):
        say("             this machine lets no ordinary user make namespaces: Apptainer will not run")
    if enter(known, ["test", "-x", "/usr/local/bin/seff"]).returncode:
        say("seff:        none, because Debian's source of Slurm could not be fetched")
    base = "a stand-in made from Debian's packages" if known["stand_in"] else "from its registry"
    say(f"base image:  {base_image.NAME.removeprefix('library/')}:{base_image.TAG}, {base}")
    say(f"home:        /home/learner, {known['options'].get('home', 'forgotten by `down`')}")
    say(f"logs:        {known['live']}/var/log/slurm")
    say(f"process 1:   {known['pid']}")
    for line in wrong:
        say(f"wrong:       {line}")
    if wrong:
        say("             `practice-cluster repair` puts it right")
    return 1 if wrong else 0


def look(known: dict, verb: str) -> list[str]:
    """Check or repair the cluster from inside; return the lines that say what is wrong, or what was done."""
    command = ["python3", "/opt/practice-cluster/repair.py", verb, str(known["options"]["nodes"])]
    done = enter(known, command, REPAIR_SECONDS)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["the repair has failed without a word"]
        raise ClusterError(said[-1].removeprefix("practice-cluster: "))
    return json.loads(done.stdout)


def repair() -> int:
    """Start what has stopped, and give nodes and jobs back that Slurm holds back since."""
    known = state.needed()
    with lock.held(*lock.OWN, seconds=30):
        done = look(known, "repair")
    for line in done:
        say(line)
    say("the practice cluster is well" if done else "the practice cluster is well: nothing was to be done")
    return 0


def may_make_namespaces(known: dict) -> bool:
    """Say whether learner can make namespaces, as Apptainer does."""
    nothing = subprocess.DEVNULL
    return learner(known, ["unshare", "--user", "--map-root-user", "true"], stdout=nothing, stderr=nothing) == 0


def shell() -> int:
    """Give a shell as learner."""
    return learner(state.needed(), ["bash", "--login"])


def run(words: list[str]) -> int:
    """Run one command as learner."""
    return learner(state.needed(), words)


def image(code: Path) -> int:
    """Give learner the lesson's image."""
    lesson_image.install(state.needed(), code, say)
    return 0
