"""Starts, enters and ends the practice cluster."""

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import base_image
import cgroups
import lesson_image
import places
import root
import settings
from errors import Refusal
from inside import slurm_conf
from namespace import enter, learner

START_SECONDS = 120
UNSHARE = ["unshare", "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--fork", "--propagation", "private", "--"]
REGISTRY_PORT = 15000


def say(text: str) -> None:
    print(text, flush=True)


def up(options: dict) -> int:
    """Start a cluster and wait until a job has run on it; leave nothing behind when that is interrupted."""
    places.only_root()
    with places.lock():
        if places.read_state():
            raise Refusal("is already up: `practice-cluster status` says more, `practice-cluster down` ends it")
        refuse_other_slurm(options)
        begin = time.monotonic()
        clean()
        refuse_used_ports(options["nodes"])
        answers = ask_registry()
        folder = root.ensure(say)
        registry = None if answers() else base_image.ensure(folder, say)
        try:
            start(options, folder, registry)
        except BaseException:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            clean()
            raise
    seconds = time.monotonic() - begin
    say(f"up after {seconds:.1f} s: {options['nodes']} nodes. `practice-cluster shell` takes you there.")
    if "home" not in options:
        say("the home of learner is forgotten by `down`; with `up --home DIR` it is a folder of yours")
    return 0


def refuse_other_slurm(options: dict) -> None:
    """Leave a machine alone that is part of a cluster already."""
    for conf in Path("/etc").glob("slurm*/*.conf"):
        raise Refusal(f"this machine has a Slurm of its own ({conf}): nothing is started beside it")
    if shutil.which("sinfo"):
        try:
            answer = subprocess.run(["sinfo"], capture_output=True, timeout=10, check=False).returncode == 0
        except subprocess.TimeoutExpired:
            answer = True  # something is there, and it is busy
        if answer:
            raise Refusal("this machine has a Slurm of its own (sinfo answers): nothing is started beside it")


def refuse_used_ports(nodes: int) -> None:
    first = slurm_conf.FIRST_NODE_PORT
    for port in (slurm_conf.CONTROLLER_PORT, slurm_conf.DATABASE_PORT, REGISTRY_PORT, *range(first, first + nodes)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise Refusal(f"needs port {port} of this machine: {error.strerror}") from None


def ask_registry():
    """Ask in the background whether an image registry answers; what is returned waits for the answer."""
    answer = []
    thread = threading.Thread(target=lambda: answer.append(base_image.registry_answers()), daemon=True)
    thread.start()

    def wait() -> bool:
        thread.join()
        return answer[0]

    return wait


def start(options: dict, folder: Path, registry: Path | None) -> None:
    """Start process 1 in its namespaces, show what it says, and let it stay when it is ready."""
    places.make_live(folder / "home/learner", options.get("uid", 2000))
    kind, groups = cgroups.make()
    folders = settings.local_folders(settings.pip_options())
    command = [
        *UNSHARE, "sh", places.INSIDE / "mounts.sh", folder, places.LIVE, options.get("home", ""), registry or "",
        kind, " ".join(folders), json.dumps(options),
    ]  # fmt: skip
    log = places.LIVE / "var/log/slurm/start.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd="/",
            start_new_session=True, preexec_fn=lambda: cgroups.enter(groups),
        )  # fmt: skip
    try:
        state = follow(process, {"stand_in": registry is not None, "options": options, "live": str(places.LIVE)})
    except BaseException:
        process.stdin.close()
        raise
    places.write_state(state | {"ready": True})
    os.write(process.stdin.fileno(), b"stay\n")


def follow(process: subprocess.Popen, state: dict) -> dict:
    """Pass on what process 1 says, until it is ready; return how to find it again."""
    alarm = threading.Timer(START_SECONDS, process.kill)
    alarm.daemon = True
    alarm.start()
    try:
        for line in process.stdout:
            word, _, rest = line.decode().strip().partition(" ")
            if word == "pid":
                pid = int(rest)
                state |= {"pid": pid, "started": places.started(pid), "unshare": process.pid}
                places.write_state(state)
                cgroups.settle(process.pid)
            elif word == "ready":
                return state
            else:
                say(f"{word} {rest}")
    finally:
        alarm.cancel()
    lines = places.LIVE.joinpath("var/log/slurm/start.log").read_text(errors="replace").strip().splitlines() or [""]
    raise Refusal(f"did not start: {lines[-1].removeprefix('practice-cluster: ')}")


def down() -> int:
    """End the cluster, if there is one, and forget it."""
    places.only_root()
    with places.lock(seconds=30):
        was_up = places.read_state() is not None
        clean()
    say("the practice cluster is down" if was_up else "the practice cluster was not up")
    return 0


def clean() -> None:
    """End the processes of a cluster that ours left, and remove what it wrote."""
    if state := places.read_state():
        end(state["pid"])
    if left := cgroups.remove():
        raise Refusal(f"processes are left in {left[0]}")
    if state := places.last_state():
        places.remove_live(Path(state["live"]))
    shutil.rmtree(places.RUN, ignore_errors=True)
    places.remove_live()
    root.remove(places.CACHE.glob("*.partial"))


def end(pid: int, seconds: float = 20) -> None:
    """Kill process 1: the kernel then ends all others of its namespace, and takes down the mounts."""
    begin = places.started(pid)
    os.kill(pid, signal.SIGKILL)
    limit = time.monotonic() + seconds
    while places.started(pid) == begin != "":
        if time.monotonic() > limit:
            raise Refusal(f"process {pid} does not end")
        time.sleep(0.02)


def status() -> int:
    state = places.needed_state()
    facts = json.loads(Path(f"/proc/{state['pid']}/root/run/practice-cluster.json").read_text())
    cgroup = facts["cgroup"]
    limits = f"cgroup {cgroup}" if cgroup != "none" else "no usable cgroup here: memory limits are not enforced"
    base = "a stand-in made from Debian's packages" if state["stand_in"] else "from its registry"
    home = state["options"].get("home", "forgotten by `down`")
    say(enter(state, ["sinfo"], output=True).strip())
    say(f"limits:      {limits}")
    say(f"Apptainer:   {enter(state, ['apptainer', 'version'], output=True).strip()}")
    if not may_make_namespaces(state):
        say("             this machine lets no ordinary user make namespaces: Apptainer will not run")
    say(f"base image:  {base_image.NAME.removeprefix('library/')}:{base_image.TAG}, {base}")
    say(f"home:        /home/learner, {home}")
    say(f"logs:        {state['live']}/var/log/slurm")
    say(f"process 1:   {state['pid']}")
    return 0


def may_make_namespaces(state: dict) -> bool:
    nothing = subprocess.DEVNULL
    return learner(state, ["unshare", "--user", "--map-root-user", "true"], stdout=nothing, stderr=nothing) == 0


def shell() -> int:
    places.only_root()
    return learner(places.needed_state(), ["bash", "--login"], login=False)


def run(command: list[str]) -> int:
    places.only_root()
    return learner(places.needed_state(), command)


def image(code: str) -> int:
    places.only_root()
    return lesson_image.install(places.needed_state(), Path(code), say)
