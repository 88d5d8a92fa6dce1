"""What the practice cluster can be told: up, status, repair, shell, run, image and down."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

from cluster import (
    ClusterError,
    base_image,
    boot,
    cgroups,
    lesson_image,
    live,
    location,
    lock,
    ports,
    rootfs,
    settings,
    state,
)
from cluster.namespace import enter, learner

REPAIR_SECONDS = 600
ANSWER_SECONDS = 10  # for a registry; where no name server answers, the question itself takes longer
# (file, refusal) of the locks: for starting and ending this cluster, and for choosing ports among all of them.
OWN_LOCK = (location.RUN / f"{location.NAME}.lock", "another practice-cluster is starting or ending one just now")
SLOTS_LOCK = (location.RUN / "slots", "another practice-cluster is choosing its ports for too long")


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def up(options: dict) -> int:
    """Start a cluster and wait until a job has run on it; leave nothing behind when that is interrupted."""
    location.only_root()
    with lock.held(*OWN_LOCK):
        # One that lives and isn't ready is what a killed `up` left: who starts one now would have the lock.
        if (state.read() or {}).get("ready"):
            raise ClusterError("is already up: `practice-cluster status` says more, `practice-cluster down` ends it")
        refuse_other_slurm()
        begin = time.monotonic()
        clean()
        rootfs.remove([location.failed_logs()])
        options = options | {"slot": take_slot(options["nodes"])}
        try:
            folder, registry = ingredients(options["slot"])
            state.write((state.last() or {}) | {"stand_in": registry is not None, "options": options})
            boot.start(options, folder, registry, say)
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
    if shutil.which("sinfo"):
        try:
            answer = subprocess.run(["sinfo"], capture_output=True, timeout=10, check=False).returncode == 0
        except subprocess.TimeoutExpired:
            answer = True  # something is there, and it is busy
        if answer:
            raise ClusterError("this machine has a Slurm of its own (sinfo answers): nothing is started beside it")


def take_slot(nodes: int) -> int:
    """Choose ports that no other cluster has, and note that they are ours."""
    with lock.held(*SLOTS_LOCK, seconds=30):
        slot, ours = ports.free_slot(nodes), os.getpid()
        state.write({"slot": slot, "up": ours, "up started": state.started(ours), "live": str(location.LIVE)})
    return slot


def ingredients(slot: int) -> tuple[Path, Path | None]:
    """Return the root folder, and the stand-in base image where no registry answers; make them if they aren't there."""
    answers: list[bool] = []
    question = threading.Thread(target=lambda: answers.append(base_image.registry_answers()), daemon=True)
    question.start()
    with lock.held(*location.CACHE_LOCK, say=say):
        rootfs.remove(location.CACHE.glob("*.partial"))  # of a command that was killed
        folder = rootfs.ensure(slot, say)
        question.join(ANSWER_SECONDS)
        return folder, None if any(answers) else base_image.ensure(folder, say)


def down() -> int:
    """End the cluster, if there is one, and forget it."""
    location.only_root()
    with lock.held(*OWN_LOCK, seconds=30):
        was_up = state.read() is not None
        clean()
        if file := lock.grasp(location.CACHE_LOCK[0]):
            with lock.released(location.CACHE_LOCK[0], file):
                rootfs.remove(location.CACHE.glob("*.partial"))
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


def end(pid: int, seconds: float = 20) -> None:
    """Kill process 1: the kernel then ends all others of its namespace, and takes down the mounts."""
    begin = state.started(pid)
    os.kill(pid, signal.SIGKILL)
    limit = time.monotonic() + seconds
    while state.started(pid) == begin != "":
        if time.monotonic() > limit:
            raise ClusterError(f"process {pid} does not end")
        time.sleep(0.02)


def status() -> int:
    """Say what runs and what is wrong with it; 1 if something is."""
    known = state.needed()
    wrong = look(known, "check")
    if not any("slurmctld" in line for line in wrong):
        say(enter(known, ["sinfo"]).stdout.strip())
    cgroup = known["cgroup"]
    no_limits = "no usable cgroup here: memory limits are not enforced"
    say(f"limits:      {no_limits if cgroup == 'none' else f'cgroup {cgroup}'}")
    say(f"Apptainer:   {enter(known, ['apptainer', 'version']).stdout.strip()}")
    if not may_make_namespaces(known):
        say("             this machine lets no ordinary user make namespaces: Apptainer will not run")
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
    command = ["python3", "/opt/practice-cluster/repair.py", verb, json.dumps(known["options"])]
    done = enter(known, command, REPAIR_SECONDS)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["the repair has failed without a word"]
        raise ClusterError(said[-1].removeprefix("practice-cluster: "))
    return json.loads(done.stdout)


def repair() -> int:
    """Start what has stopped, and give nodes and jobs back that Slurm holds back since."""
    known = state.needed()
    with lock.held(*OWN_LOCK, seconds=30):
        done = look(known, "repair")
    for line in done:
        say(line)
    say("the practice cluster is well" if done else "the practice cluster is well: nothing was to be done")
    return 0


def may_make_namespaces(known: dict) -> bool:
    """Can learner make namespaces, as Apptainer does?"""
    nothing = subprocess.DEVNULL
    return learner(known, ["unshare", "--user", "--map-root-user", "true"], stdout=nothing, stderr=nothing) == 0


def shell() -> int:
    """Give a shell as learner."""
    return learner(state.needed(), ["bash", "--login"], login=False)


def run(command: list[str]) -> int:
    """Run one command as learner, and return its exit code."""
    return learner(state.needed(), command)


def image(code: str) -> int:
    """Give learner the lesson's image."""
    return lesson_image.install(state.needed(), Path(code), say)
