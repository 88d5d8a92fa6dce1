"""A second, tiny site, built in a new folder: the walk knows nothing of any lesson."""

import os
import pickle
import shutil
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from sphinx.testing.fixtures import make_app, test_params  # noqa: F401 - pytest finds the fixtures here

from walk.collect import Site, collect
from walk.directives import walked_block
from walk.environments import environment_of
from walk.session import Session

ROOT = Path(__file__).parents[2]

# A cluster that is none: its commands run on this machine, where nobody has jobs.
CLUSTER = """#!/bin/sh
echo "$1" >>"$0.log"
mkdir -p "$0.home" && cd "$0.home" || exit
for name in squeue sacct sinfo scontrol scancel; do
    test -e $name || { echo '#!/bin/sh' >$name; chmod +x $name; }
done
PATH=$PWD:$PATH
case "$1" in
VERBS
run) shift; exec "$@" ;;
esac
"""


class Small:
    """A copy of tests/walk/site, to be changed, built and walked."""

    def __init__(self, folder: Path, make):
        self.make = make
        self.source = folder / "site"
        self.doctrees = self.source / "_build/doctrees"
        shutil.copytree(Path(__file__).with_name("site"), self.source)

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a text that is in a file of the site once."""
        path = self.source / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} has {text.count(old)} times {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def build(self, builder: str = "html") -> str:
        """Build the site, and return the warnings."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those of Python: other people's extensions are not up to date
            app = self.make(builder, self.source, self.doctrees.parent)
            try:
                app.build()
            finally:
                app.cleanup()  # or the next build would find roles and nodes that are there already
        return app.warning.getvalue()

    def page(self, markdown: str) -> str:
        """Build the site with a first page of these words alone, and return the warnings."""
        (self.source / "index.md").write_text(f"# Title\n\n{markdown}\n", encoding="utf-8")
        for name in ("bake.md", "share.md"):
            (self.source / name).unlink(missing_ok=True)
        return self.build()

    def node(self) -> walked_block:
        """Return the one walked block of the first page."""
        doctree = pickle.loads((self.doctrees / "index.doctree").read_bytes())
        (found,) = doctree.findall(walked_block)
        return found

    def html(self) -> str:
        """Return the first page as a browser gets it."""
        return (self.doctrees.with_name("html") / "index.html").read_text(encoding="utf-8")

    def collect(self) -> Site:
        """Build the site, and read what Sphinx made of it."""
        self.build()
        return collect(self.source, self.doctrees)

    def errors(self) -> list[str]:
        """Build the site, and return what is wrong before anybody types."""
        return errors(self.collect())

    def walk(self, page: str | None = None) -> dict:
        """Walk the pages in a new folder; return {location: what is wrong there}."""
        site = self.site = self.collect()
        assert errors(site) == []
        with Session(site, environment_of(site), site.needed(page) if page else None) as session:
            self.outcomes = list(session)
        return {outcome.block.location: outcome.wrong for outcome in self.outcomes}

    def start(self, *arguments: str, build: bool = True, walk: bool = True, **options) -> subprocess.Popen:
        """Start pytest with the plugin, by default on all pages of the built site."""
        if build:
            self.build()
        command = [sys.executable, "-m", "pytest", "-p", "walk.plugin", "-p", "no:cacheprovider", "--rootdir", "."]
        command += ["-c", "/dev/null", *(["--walk"] if walk else []), *arguments]
        # It needs none of the plugins that are installed here, and starts in half the time without them.
        alone = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        environment = os.environ | alone | options.pop("env", {})
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=self.source, env=environment, **pipes, **options)

    def run(self, *arguments: str, **options) -> tuple[int, str]:
        """Run pytest with the plugin to its end; return its exit code, and all it says."""
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=600)
        return process.returncode, out + err

    def cluster(self, verbs: str) -> Path:
        """Walk on a cluster with these verbs, lines of a `case`; return the file with those that it was asked."""
        return self.script(CLUSTER.replace("VERBS", verbs))

    def script(self, text: str) -> Path:
        """Walk on a cluster that is this script; return the file with the verbs that it notes."""
        path = self.source / "cluster"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        self.change("conf.py", "walk_for_show", 'walk_cluster = "cluster"\nwalk_for_show')
        return self.source / "cluster.log"


def errors(site: Site) -> list[str]:
    """Return what is wrong with the blocks of a site before anybody types."""
    return [line for block in site.blocks for line in site.errors(block)]


@pytest.fixture
def small(tmp_path, make_app) -> Small:  # noqa: F811
    """The tiny site, for one test."""
    return Small(tmp_path, make_app)


@pytest.fixture
def wait():
    """wait(true) until something is true; ten minutes are for a machine that does something else."""

    def until(true) -> None:
        end = time.monotonic() + 600
        while not true():
            assert time.monotonic() < end
            time.sleep(0.05)

    return until


@pytest.fixture
def running():
    """running(command): does a process run this command?"""

    def find(command: str) -> bool:
        words = command.encode().split()
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if file.read_bytes().rstrip(b"\0").split(b"\0") == words:
                    return True
        return False

    return find
