"""What can be asked of `up`, and the line that answers a value that can't be."""

import argparse
import os
import re
from pathlib import Path

from cluster import ClusterError

MOST_NODES = 64  # a cluster has 100 ports, and each node needs one

HELP = """\
  --nodes 4                 how many nodes, n1 and so on
  --cpus 2                  processors a node
  --memory 4000             memory a node, in MB
  --max-array-size 1001     one more than the largest index of a job array
  --partitions short,long   names; the first is the default, with a limit of one hour
  --home DIR                a folder of yours as /home/learner: what is in it stays after `down`"""


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--nodes", default="4")
    parser.add_argument("--cpus", default="2")
    parser.add_argument("--memory", default="4000")
    parser.add_argument("--max-array-size", default="1001")
    parser.add_argument("--partitions", default="short,long")
    parser.add_argument("--home")


def number(name: str, text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise ClusterError(f"--{name} {text}: must be a whole number from {least} to {most}", code=2)
    return int(text)


def home(text: str) -> tuple[str, int]:
    """Return the folder and its owner, as whom the jobs run."""
    folder = Path(text).absolute()
    try:
        owner = folder.stat().st_uid
    except OSError as error:
        raise ClusterError(f"--home {text}: {error.strerror}", code=2) from None
    if not folder.is_dir():
        raise ClusterError(f"--home {text}: is no folder", code=2)
    if not 1000 <= owner < 2**31 - 1 or 60000 <= owner < 65536:
        raise ClusterError(f"--home {text}: must belong to an ordinary user, because jobs run as its owner", code=2)
    if not os.access(folder, os.R_OK | os.X_OK):
        raise ClusterError(f"--home {text}: may not be read", code=2)
    return str(folder), owner


def check(args: argparse.Namespace) -> dict:
    """Return the options as start.py wants them."""
    partitions = args.partitions.split(",")
    if not all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,30}", name) for name in partitions):
        raise ClusterError(f"--partitions {args.partitions}: must be names with commas between them", code=2)
    if len({name.lower() for name in partitions} - {"default"}) < len(partitions):
        raise ClusterError(f"--partitions {args.partitions}: a name must not come twice, nor be `default`", code=2)
    checked = {
        "nodes": number("nodes", args.nodes, 1, MOST_NODES),
        "cpus": number("cpus", args.cpus, 1, 256),
        "memory": number("memory", args.memory, 512, 10_000_000),
        "max_array_size": number("max-array-size", args.max_array_size, 2, 4_000_001),
        "partitions": partitions,
    }
    if args.home is not None:
        checked["home"], checked["uid"] = home(args.home)
    return checked
