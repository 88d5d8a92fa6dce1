"""What can be asked of `up`, and what answers a value that can't be."""

import os
import re
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

from cluster.inside.slurm_conf import DEFAULTS
from cluster.location import RELEASE, RELEASES

MOST_NODES = 64  # a cluster has 100 ports, and each node needs one


def add_to(up: ArgumentParser) -> None:
    """Add the options to the parser of `up`; start.py takes them as they are."""
    up.add_argument("--nodes", type=whole(1, MOST_NODES), help="how many nodes, n1 and so on")
    up.add_argument("--cpus", type=whole(1, 256), help="processors a node")
    up.add_argument("--memory", type=whole(512, 10_000_000), help="memory a node, in MB")
    up.add_argument("--max-array-size", type=whole(2, 4_000_001), help="one more than the largest index of a job array")
    up.add_argument("--partitions", type=names, help="names; the first is the default, with a limit of one hour")
    up.add_argument("--account", type=account, default=SUPPRESS, metavar="NAME", help="of learner, who must name it")
    up.add_argument("--modules", action="store_true", help="Apptainer is found after `module load apptainer` only")
    up.add_argument("--release", type=release, default=RELEASE, metavar="NAME",
                    help=f"of Debian, which has the Slurm: {', '.join(RELEASES)}")  # fmt: skip
    up.add_argument("--home", type=home, default=SUPPRESS, metavar="DIR",
                    help="a folder of yours as /home/learner: what is in it stays after `down`")  # fmt: skip
    up.set_defaults(**DEFAULTS | {"partitions": ",".join(DEFAULTS["partitions"])})


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return what makes a whole number in these bounds out of a text."""

    def number(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ArgumentTypeError(f"must be a whole number from {least} to {most}, not {text}")
        return int(text)

    return number


def names(text: str) -> list[str]:
    """Return the names of partitions."""
    found = text.split(",")
    if not all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,30}", name) for name in found):
        raise ArgumentTypeError(f"must be names with commas between them, not {text}")
    if len({name.lower() for name in found} - {"default"}) < len(found):
        raise ArgumentTypeError(f"a name must not come twice, nor be `default`, as in {text}")
    return found


def account(text: str) -> str:
    """Return the name of an account that can be made."""
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,30}", text) or text in ("lesson", "root"):
        raise ArgumentTypeError(f"must be a name of a-z, 0-9, _ and -, and not lesson or root: {text}")
    return text


def release(text: str) -> str:
    """Return a release of Debian that a cluster can be made of."""
    if text not in RELEASES:
        raise ArgumentTypeError(f"must be one of {', '.join(RELEASES)}, not {text}")
    return text


def home(text: str) -> str:
    """Return the absolute path of a folder as whose owner jobs can run."""
    if not text:
        raise ArgumentTypeError("is empty: name a folder")
    folder = Path(text).absolute()
    try:
        owner = folder.stat().st_uid
        os.listdir(folder)
    except OSError as error:
        raise ArgumentTypeError(f"{text}: {error.strerror}") from None
    if not 1000 <= owner < 2**31 - 1 or 60000 <= owner < 65536:
        raise ArgumentTypeError(f"{text} must belong to an ordinary user, because jobs run as its owner")
    return str(folder)
