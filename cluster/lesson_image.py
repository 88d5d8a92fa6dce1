"""Builds the lesson's image as learner does, and keeps it: it is built again when what it is made of has changed."""

import io
import signal
import tarfile
import time
from pathlib import Path

from cluster import ClusterError, last_words, lock, settings
from cluster.location import CACHE
from cluster.namespace import learner
from cluster.rootfs import digest, remove

DEFINITION = "container/singularity.def"
REQUIREMENTS = "container/requirements.txt"
FOLDER = "notebook-to-cluster"  # below the home of learner
SECRETS = "secrets"  # below the folder where the image is built

# Both run as learner, who owns these folders: root writing there would follow what learner put in its way.
INSTALL = f"""
mkdir -p {FOLDER} && cd {FOLDER} || exit
cat >.knn.sif.new && chmod 755 .knn.sif.new && mv .knn.sif.new knn.sif || {{ rm -f .knn.sif.new; exit 1; }}
"""
INTERRUPTED = 128 + signal.SIGINT
# The image goes to a stream of its own: learner's shell may begin with a profile that prints something.
BUILD = f"""
set -e
target=$1
shift
trap 'exit {INTERRUPTED}' INT TERM HUP
work=$(mktemp -d /var/tmp/image.XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work"
tar -x
# pip in the image that is built finds passwords at home; they are not in the image.
if [ -d {SECRETS} ]; then set -- --bind "$work/{SECRETS}:/root"; fi
/usr/sbin/apptainer build "$@" knn.sif {DEFINITION} </dev/null >&2
cat knn.sif >&"$target"
"""


def install(state: dict, code: Path, say) -> None:
    """Put knn.sif into learner's folder of the lesson; build it if the cache has none of the same ingredients."""
    begin, how = time.monotonic(), "from the cache"
    files = {name: code.joinpath(name).read_bytes() for name in (DEFINITION, REQUIREMENTS)}
    base = sorted(path.name for path in CACHE.glob("base-*")) if state["stand_in"] else ["registry"]
    cached = CACHE / f"knn-{digest(*files.values(), *map(str.encode, base))}.sif"
    if not cached.exists():
        with lock.held(*lock.KEPT, seconds=3600, say=say):
            if not cached.exists():  # another command may just have built it
                say("building the image, once; this takes some minutes")
                build(state, files, cached)
                remove(path for path in CACHE.glob("knn-*.sif") if path != cached)
                how = "built"
    with cached.open("rb") as image:
        if learner(state, ["sh", "-c", INSTALL], stdin=image):
            raise ClusterError(f"cannot write {FOLDER}/knn.sif in the home of learner")
    say(f"/home/learner/{FOLDER}/knn.sif: {how}, {time.monotonic() - begin:.1f} s")


def build(state: dict, files: dict[str, bytes], cached: Path) -> None:
    """Build the image from its two files, and keep it in the cache when it is whole."""
    bundle, partial, log = CACHE / "bundle.partial", cached.with_suffix(".partial"), CACHE / "image.log"
    if secrets := settings.secret_pip_conf():
        files = files | {f"{SECRETS}/.config/pip/pip.conf": secrets.encode()}
    try:
        bundle.touch(mode=0o600)
        with tarfile.open(bundle, "w") as tar:
            for name, content in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        with bundle.open("rb") as source, partial.open("wb") as target, log.open("wb") as said:
            streams = {"stdin": source, "stdout": said, "stderr": said, "pass_fds": [target.fileno()]}
            command = ["bash", "-c", BUILD, "bash", str(target.fileno())]
            code = learner(state, command, more=settings.secret_variables(), **streams)
        if code == INTERRUPTED:
            raise KeyboardInterrupt(signal.SIGINT)
        if code:
            raise ClusterError(f"the image is not built: {last_words(log)} (more in {log})")
        partial.rename(cached)
    finally:
        remove([bundle, partial])
