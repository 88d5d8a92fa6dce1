"""Starts the daemons of the practice cluster, waits until a job has run on it, and prints a line a step.

Runs as root inside: in the private root of `practice-cluster up` as well as in a container made from the Dockerfile.
"""

import contextlib
import functools
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import slurm_conf

LOGS = Path("/var/log/slurm")
CGROUP = Path("/sys/fs/cgroup")
REGISTRY = Path("/var/lib/registry")
FACTS = Path("/run/practice-cluster.json")
NODES = Path("/var/lib/nodes")  # what each node has for itself; on the login node, only root looks in
NODE = ["unshare", "--uts", "--mount", "--pid", "--fork", "--kill-child"]
NODE_SH = Path(__file__).with_name("node.sh")
MODULES = Path("/usr/share/modules/modulefiles")
JOB_TABLES = ("job_table", "step_table", "job_env_table", "job_script_table")
ANSWER = 60  # seconds that a command may take, and a daemon until it answers
# Seconds until a daemon that is not seen has ended: while it leaves its terminal it has one number, then another.
GONE = 2


class Failure(Exception):
    """A step that did not do what it should, in one line."""


say = functools.partial(print, flush=True)


def run(*command: str, user: str = "", seconds: float = ANSWER) -> subprocess.CompletedProcess:
    """Run a command to its end, as another user if one is named, and keep what it prints; Failure if it hangs.

    It prints into files: a pipe ends only when the last process that has inherited it does.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            [*as_user(user), *command], stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd="/",
            start_new_session=True,
        )  # fmt: skip
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise Failure(f"{program(command)} has not ended after {seconds:.0f} s") from None
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, code, out.read(), err.read())


def program(command: tuple[str, ...]) -> str:
    """Return the name of what a command runs, also on a node."""
    return command[command.index("--") + 1] if command[0] == "nsenter" else command[0]


def as_user(user: str) -> list[str]:
    """Return the words before a command of another user, if one is named."""
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []


def must(*command: str, user: str = "", seconds: float = ANSWER) -> str:
    """Run a command that must succeed, and return what it prints."""
    done = run(*command, user=user, seconds=seconds)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        raise Failure(f"{program(command)}: {said[-1]}")
    return done.stdout


def daemon(name: str, *command: str, user: str = "") -> subprocess.Popen:
    """Start a command that stays; what it prints goes to a log of its name."""
    with LOGS.joinpath(f"{name}.out").open("ab") as log:
        return subprocess.Popen(
            [*as_user(user), *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
            start_new_session=True,
        )  # fmt: skip


def wait(what: str, true, seconds: float = ANSWER, daemons: tuple[str, ...] = ()) -> None:
    """Wait until a condition holds; Failure as soon as a daemon has ended without which it never will."""
    seen = begin = time.monotonic()
    while not true():
        now = time.monotonic()
        gone = [name for name in daemons if not processes(name)]
        seen = seen if gone else now
        if now - seen > GONE:
            raise Failure(f"{what}: {gone[0]} has ended, {last_words(gone[0])}")
        if now - begin > seconds:
            raise Failure(f"{what} after {seconds:.0f} s; its log is in {LOGS}")
        # Who has waited for long can wait a little longer: a question costs time, too, and the machine may be busy.
        time.sleep(min(0.05 + (now - begin) / 10, 0.5))


def processes(name: str, *words: str) -> list[int]:
    """Return the processes of a program that were started with these words."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            given = (folder / "cmdline").read_text(errors="replace").split("\0")
            is_it = (folder / "comm").read_text() == f"{name}\n" and given[1 : 1 + len(words)] == list(words)
            if is_it and given != [""]:  # a zombie has no words
                found.append(int(folder.name))
    return found


def is_roots(pid: int) -> bool:
    """Say whether a process is one of root's."""
    try:
        return "\nUid:\t0\t" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def last_words(name: str) -> str:
    """Return the last line of the logs of a daemon."""
    texts = [path.read_text(errors="replace") for path in sorted(LOGS.glob(f"{name}*"))]
    lines = [line for text in texts for line in text.strip().splitlines()[-1:]]
    return f"its last words: {lines[-1]}" if lines else "without a word"


def succeeds(*command: str) -> bool:
    """Say whether a command ends well."""
    return run(*command).returncode == 0


def folder(path: str, user: str, mode: int = 0o755) -> None:
    """Make a folder of a user, or make it his."""
    os.makedirs(path, exist_ok=True)
    os.chmod(path, mode)
    shutil.chown(path, user, user)


def usable_cgroup() -> str:
    """Say which cgroups Slurm can use here: "v1", "v2" or "none"."""
    if all(CGROUP.joinpath(name, "cgroup.procs").exists() for name in ("memory", "freezer", "cpuacct")):
        return "v1" if os.access(CGROUP / "memory", os.W_OK) else "none"
    try:
        controllers = CGROUP.joinpath("cgroup.controllers").read_text().split()
    except OSError:
        return "none"
    return "v2" if {"memory", "cpuset", "cpu"} <= set(controllers) and os.access(CGROUP, os.W_OK) else "none"


def start_munge() -> None:
    """Start what daemons prove each other with who they are."""
    folder("/run/munge", "munge")
    for path in ("/etc/munge", "/var/lib/munge", "/var/log/munge"):
        folder(path, "munge", 0o700)
    # A key of this cluster's own life: nobody who has the same packages or the same image knows it.
    must("mungekey", "--create", "--force", user="munge")
    must("munged", user="munge")


def start_accounting() -> None:
    """Start the database and the daemon between it and Slurm."""
    folder("/run/mysqld", "mysql")
    folder("/run/slurm", "slurm")
    folder(str(LOGS), "slurm")
    start_munge()
    say("munge runs")
    start_database()
    must("mariadb", "-e", "create database if not exists slurm_acct; "
         "create user if not exists slurm@localhost identified via unix_socket; "
         "grant all on slurm_acct.* to slurm@localhost")  # fmt: skip
    start_slurmdbd()
    say("the accounting runs: MariaDB and slurmdbd")


def start_database() -> None:
    """Start MariaDB, and wait for an answer."""
    daemon("mariadbd", "mariadbd", "--user=mysql")
    wait("no answer from MariaDB", lambda: succeeds("mariadb-admin", "ping"), daemons=("mariadbd",))


def start_slurmdbd() -> None:
    """Start the daemon between Slurm and its database, and wait for an answer."""
    must("slurmdbd", user="slurm")
    answers = functools.partial(succeeds, "sacctmgr", "-n", "list", "cluster")
    wait("no answer from slurmdbd", answers, daemons=("slurmdbd",))


def stop(*names: str) -> None:
    """End daemons and wait until they are gone."""

    def end(number: int, seconds: float) -> None:
        for name in names:
            for pid in processes(name):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        wait("daemons still run", lambda: not any(map(processes, names)), seconds)

    try:
        end(signal.SIGTERM, 10)
    except Failure:  # as where a job is just ending on a node
        end(signal.SIGKILL, ANSWER)


def start_slurm(nodes: int) -> None:
    """Start the controller and the nodes, and wait until all nodes are idle."""
    start_controller()
    for node in range(1, nodes + 1):
        start_node(node)

    def all_idle() -> bool:
        states = run("sinfo", "-h", "-N", "-o", "%N %t").stdout.split("\n")
        return len({line.split()[0] for line in states if line.endswith(" idle")}) == nodes

    wait(f"not all {nodes} nodes are idle", all_idle, daemons=("slurmctld", "slurmd"))


def start_controller() -> None:
    """Start the controller, and wait for an answer."""
    folder("/var/spool/slurmctld", "slurm")
    must("slurmctld")
    wait("no answer from slurmctld", lambda: succeeds("scontrol", "ping"), daemons=("slurmctld",))


def start_node(number: int) -> None:
    """Start the daemon of a node, on the node."""
    name = f"n{number}"
    folder(f"/var/spool/slurmd-{name}", "root")
    must(*on_node(name), "slurmd", "-N", name)


@functools.cache
def may_be_apart() -> bool:
    """Say whether nodes can have namespaces of their own; a container of Docker's needs --privileged for that."""
    return succeeds(*NODE, "true")


def on_node(name: str) -> list[str]:
    """Return the words before a command of root on a node, which is started if it isn't there; none if it can't be."""
    if not may_be_apart():
        return []

    def there() -> list[int]:  # root enters it, and anybody's process can have these words
        return [pid for pid in processes("sh", str(NODE_SH), "--stay", name) if is_roots(pid)]

    if not there():
        own = NODES / name
        for path in (own / "tmp", own / "var/tmp"):
            folder(str(path), "root", 0o1777)
        process = daemon(f"node-{name}", *NODE, "sh", str(NODE_SH), name, str(own))
        wait(f"node {name} is not there", lambda: there() or process.poll() is not None)
        if process.poll() is not None:
            raise Failure(f"node {name} has ended, {last_words(f'node-{name}')}")
    return ["nsenter", f"--target={there()[0]}", "--mount", "--uts", "--pid", "--root", "--wd", "--"]


def name_nodes(count: int) -> None:
    """Let the names of the nodes mean this machine. The file may be a mount: it can be written, not replaced."""
    with Path("/etc/hosts").open("a") as hosts:
        print("127.0.0.1", *(f"n{number}" for number in range(1, count + 1)), file=hosts)


def start_with_cgroup(options: dict, cgroup: str) -> str:
    """Start Slurm with these cgroups of the machine, without any if that fails; return which."""
    try:
        slurm_conf.write(options, cgroup)
        start_slurm(options["nodes"])
    except Failure as failure:
        if cgroup == "none":
            raise
        say(f"once more without cgroups, because: {failure}")
        stop("slurmctld", "slurmd")
        return start_with_cgroup(options, "none")
    return cgroup


def run_a_job(options: dict) -> None:
    """Run one task as learner, then forget it, so that the first job of the learner has the id 1."""
    who = must("srun", "--ntasks=1", "--time=1", "--chdir=/tmp", "id", "-un", user="learner").strip()
    if who != "learner":
        raise Failure(f"a job of learner ran as {who}")
    # A slurmd would wait for a job that is still ending, and that one for the controller: both had to be killed.
    wait("the first job does not end", lambda: not must("squeue", "-h"), daemons=("slurmctld", "slurmd"))
    stop("slurmctld", "slurmd")
    for state in Path("/var/spool").glob("slurm*/*"):
        shutil.rmtree(state) if state.is_dir() else state.unlink()
    tables = "; ".join(f"truncate table lesson_{table}" for table in JOB_TABLES)
    must("mariadb", "slurm_acct", "-e", tables)
    # Much of its state the controller writes only when it ends. If it was killed before it ever ended, that of Slurm
    # 26.05 would not start again.
    start_controller()
    stop("slurmctld")
    start_slurm(options["nodes"])


def start_registry(port: int) -> None:
    """Serve the stand-in base image, if there is one, in place of the registry that nobody reaches from here."""
    if not REGISTRY.joinpath("docker").is_dir():
        return
    Path("/etc/practice-registry.yml").write_text(
        f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n"
        f"storage: {{filesystem: {{rootdirectory: {REGISTRY}}}, maintenance: {{readonly: {{enabled: true}}}}}}\n"
    )
    daemon("registry", "docker-registry", "serve", "/etc/practice-registry.yml")
    Path("/etc/containers/registries.conf.d/50-practice-cluster.conf").write_text(
        f'[[registry]]\nlocation = "docker.io"\n[[registry.mirror]]\nlocation = "127.0.0.1:{port}"\ninsecure = true\n'
    )
    say("a stand-in base image is served on this machine")


def be_a_site(options: dict) -> None:
    """Have what only some sites have: Apptainer as a module, an account that must be named."""
    if options["modules"]:
        for name in ("apptainer", "singularity"):
            Path("/usr/bin", name).unlink(missing_ok=True)
        folder(str(MODULES), "root")
        MODULES.joinpath("apptainer").write_text("#%Module\nprepend-path PATH /opt/apptainer/bin\n")
        os.symlink("/usr/share/modules/init/profile.sh", "/etc/profile.d/modules.sh")
    if account := options.get("account"):
        must("sacctmgr", "-i", "add", "account", account, f"Description={account}", f"Organization={account}")
        must("sacctmgr", "-i", "add", "user", "learner", f"account={account}")
        # The account without a name is still the first one; it may not have a job.
        must("sacctmgr", "-i", "modify", "user", "learner", "where", "account=lesson", "set", "MaxSubmitJobs=0")


def adopt_owner(uid: int) -> None:
    """Give learner the user id of the folder that is his home, so that its files are his."""
    if uid == pwd.getpwnam("learner").pw_uid:
        return
    # In their places: either may be a mount of rootless Podman's. And usermod would go through all files of the home.
    for file in (Path("/etc/passwd"), Path("/etc/group")):
        text = file.read_text()
        file.write_text(
            re.sub("^learner:.*", lambda line: re.sub(r":\d+", f":{uid}", line[0]), text, flags=re.MULTILINE)
        )


def main() -> None:
    """Start everything, or, for prepare.sh, run a command that needs the accounting and nothing else."""
    if sys.argv[1:2] == ["--accounting"]:
        slurm_conf.write(slurm_conf.DEFAULTS | {"slot": int(sys.argv[2])}, "none")
        start_accounting()
        must(*sys.argv[3:], seconds=300)
        stop("slurmdbd")
        must("mariadb-admin", "shutdown")
        stop("munged")
        return
    options = slurm_conf.DEFAULTS | json.loads(sys.argv[1] if len(sys.argv) > 1 else "{}")
    if "uid" in options:
        adopt_owner(options["uid"])
    name_nodes(options["nodes"])
    folder(str(NODES), "root", 0o700)
    slurm_conf.write(options, "none")
    start_registry(slurm_conf.Ports(options["slot"]).registry)
    start_accounting()
    cgroup = start_with_cgroup(options, usable_cgroup())
    say(f"Slurm runs: the controller and {options['nodes']} node{'s' * (options['nodes'] > 1)}")
    if not may_be_apart():
        say("no namespaces can be made here: all nodes share one host name, /tmp and processes")
    if cgroup == "none":
        say("no usable cgroup here: memory limits are not enforced")
    run_a_job(options)
    say("a job has run, and is forgotten: your first one has the id 1")
    be_a_site(options)
    FACTS.write_text(json.dumps({"cgroup": cgroup}))


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"practice-cluster: {failure}")
