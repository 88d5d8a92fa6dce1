"""Measures the site: the CPU time of a build after one edit, and what a reader's browser loads for each page."""

import functools
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from book.print_pdf import BROWSERS, QUIET  # noqa: E402 - found from there

LONGEST = 1.0  # seconds of CPU for a build after one edit, as the project promises it; printed beside what it is
ROUNDS = 5


def build(folder: Path) -> float:
    """Builds the site in `folder` as `make html` does; gives the CPU time it took, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["make", "-s", "-o", "site-venv", "html", f"PYTHON_IN={sys.executable}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rebuild(page: str) -> float:
    """The CPU time of a build after an edit of `page`, in seconds: the least of some, as other work only adds to it."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "_build", "__pycache__"))
        build(copy)
        times = []
        for number in range(ROUNDS):
            with (copy / page).open("a", encoding="utf-8") as file:
                file.write(f"\nEdit number {number}.\n")
            times.append(build(copy))
        return min(times)


class Counter(SimpleHTTPRequestHandler):
    """Serves a folder and remembers the size of each file that was asked for."""

    sizes: list[int]

    def __init__(self, *arguments, sizes, **options):
        self.sizes = sizes
        super().__init__(*arguments, **options)

    def copyfile(self, source, outputfile):
        """Sends a file and notes its size, in bytes, as it is on the disk: nothing is compressed."""
        content = source.read()
        self.sizes.append(len(content))
        outputfile.write(content)

    def log_message(self, *arguments):
        """Says nothing."""


def weights(pages: list[str]) -> dict[str, tuple[int, int]]:
    """For each page what a browser that has nothing yet loads: bytes, requests. Empty without a browser."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        return {}
    from playwright.sync_api import sync_playwright

    sizes: list[int] = []
    handler = functools.partial(Counter, sizes=sizes, directory=ROOT / "_build" / "html")
    found = {}
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        for page in pages:
            sizes.clear()
            context = browser.new_context()
            context.new_page().goto(f"http://127.0.0.1:{server.server_port}/{page}.html")
            context.close()
            found[page] = (sum(sizes), len(sizes))
        browser.close()
        server.shutdown()
    return found


def main() -> None:
    """Prints all measurements."""
    subprocess.run(["make", "-s", "html"], cwd=ROOT, check=True)
    pages = sorted(path.relative_to(ROOT).with_suffix("").as_posix() for path in (ROOT / "content").rglob("*.md"))
    for page, (size, requests) in weights(["index", *pages]).items():
        print(f"{page:32} {size / 1000:7.0f} KB in {requests} requests")
    by_size = sorted(pages, key=lambda page: (ROOT / f"{page}.md").stat().st_size)
    typical = by_size[len(by_size) // 2]
    seconds = rebuild(f"{typical}.md")
    print(f"a build after an edit of {typical}: {seconds:.2f} s of CPU (at most {LONGEST:.0f})")


if __name__ == "__main__":
    main()
