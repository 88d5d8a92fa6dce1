"""Measures the site: the CPU time of a build with and without an edit, and each page on a slow phone.

The network and the processor are as slow as those that Lighthouse takes for a phone: 150 ms there and back, 1.6 Mbit/s,
a quarter of this machine. The figures are Chromium's: https://web.dev/articles/lcp and https://web.dev/articles/cls
"""

import functools
import gzip
import resource
import shutil
import subprocess
import sys
import tempfile
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/site")]

from browsing import KEEPS_NOTHING, PAGES, serving, started  # noqa: E402 - found from there

from book.print_pdf import Wrong, chromium  # noqa: E402

ROUNDS = 5
TEXT = (".html", ".css", ".js", ".svg")  # what a server compresses
SLOW_NETWORK = {"latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}  # ms, bytes/s
SLOW_CPU = 4  # times
SEEN = """() => new Promise(done => {
    const seen = { paint: 0, shift: 0 };
    new PerformanceObserver(list => seen.paint = list.getEntries().at(-1).startTime)
        .observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver(list => list.getEntries().forEach(entry => seen.shift += entry.value))
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(seen), 1000);
})"""


def build(folder: Path) -> float:
    """Builds the site in `folder` as `make html` does; gives the CPU time it took, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["make", "-s", "-o", "site-venv", "html", f"PYTHON_IN={sys.executable}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rebuild(page: str) -> tuple[float, float]:
    """The CPU time of a build, in seconds: with nothing changed, and after an edit of `page`.

    Each is the least of some, as other work only adds to it.
    """
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "_build", "__pycache__"))
        build(copy)
        unchanged, edited = [], []
        for number in range(ROUNDS):
            unchanged.append(build(copy))
            with (copy / page).open("a", encoding="utf-8") as file:
                file.write(f"\nEdit number {number}.\n")
            edited.append(build(copy))
        return min(unchanged), min(edited)


class Server(SimpleHTTPRequestHandler):
    """Serves a folder as a web server does that compresses text, and remembers how many bytes each answer had."""

    sizes: list[int]

    def __init__(self, *arguments, sizes, **options):
        self.sizes = sizes
        super().__init__(*arguments, **options)

    def do_GET(self):
        """Sends a file."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        text = path.suffix in TEXT
        content = gzip.compress(path.read_bytes()) if text else path.read_bytes()
        self.sizes.append(len(content))
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(content)))
        if text:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        """Says nothing."""


def visit(browser, url: str) -> tuple[float, float]:
    """Opens a page as on a slow phone; gives when the largest thing was seen, in seconds, and how much has moved."""
    context = browser.new_context(viewport={"width": 412, "height": 823}, device_scale_factor=1.75)
    # What is kept for when there is no connection comes later, and is not what the page needs.
    context.add_init_script(KEEPS_NOTHING)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_NETWORK})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})
    page.goto(url)
    seen = page.evaluate(SEEN)
    context.close()
    return seen["paint"] / 1000, seen["shift"]


def measure() -> dict[str, tuple[int, int, float, float]]:
    """For each page what a browser loads that has nothing yet (bytes, requests), and what visit() gives.

    Empty without a browser.
    """
    try:
        executable = chromium()
    except Wrong:
        return {}
    sizes: list[int] = []
    handler = functools.partial(Server, sizes=sizes, directory=ROOT / "_build" / "html")
    found = {}
    with serving(handler) as address, started(executable) as browser:
        for page in PAGES:
            sizes.clear()
            paint, shift = visit(browser, f"{address}/{page}.html")
            found[page] = (sum(sizes), len(sizes), paint, shift)
    return found


def main() -> None:
    """Prints all measurements."""
    subprocess.run(["make", "-s", "html"], cwd=ROOT, check=True)
    for page, (size, requests, paint, shift) in measure().items():
        print(f"{page:32} {size / 1000:6.1f} KB, {requests} requests, largest paint {paint:.2f} s, moved {shift:.3f}")
    by_size = sorted(PAGES, key=lambda page: (ROOT / f"{page}.md").stat().st_size)
    typical = by_size[len(by_size) // 2]
    unchanged, edited = rebuild(f"{typical}.md")
    print(f"a build with nothing changed: {unchanged:.2f} s of CPU; after an edit of {typical}: {edited:.2f} s")


if __name__ == "__main__":
    main()
