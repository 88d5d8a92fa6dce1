"""Prints the one page of the builder singlehtml to PDF with Chromium.

    python -m book.print_pdf PAGE.html BOOK.pdf

Chromium does not know on which page a link's target will be. So it prints twice: what the first print says is written
into the places for it, which are as wide when they are empty.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PyPdfError

# The first one has no windows, and needs half the work.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these Chromium asks hosts of its maker's for updates and the like.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
LIMIT = 1200  # seconds: what takes longer hangs
PLACE = re.compile(r'(<a class="page-number[^"]*" href="#([^"]+)">)(</a>)')


class Wrong(Exception):
    """The book can't be printed, in one line."""


def chromium() -> str:
    """Return the path of the browser; Wrong if there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        raise Wrong("there is no Chromium; tests/engines.sh book says how to install one")
    return found


def print_page(browser: str, page: Path, pdf: Path) -> None:
    """Print a page of HTML to a new PDF; Wrong with the browser's own words if that fails."""
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, "--headless", *QUIET, f"--user-data-dir={profile}", "--no-pdf-header-footer"]
        command += ["--generate-pdf-document-outline", f"--print-to-pdf={pdf}", page.resolve().as_uri()]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # root may start Chromium only so; nobody else should
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
        except subprocess.TimeoutExpired as error:
            raise Wrong(f"{browser} has not printed within {LIMIT} seconds") from error
    if done.returncode or not pdf.exists():
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise Wrong(f"{browser} could not print: it ended with {done.returncode}, and said last: {said[-1]}")


def places(pdf: Path) -> tuple[int, dict[str, int]]:
    """Return how many pages a PDF has, and on which page the target of each link is; Wrong for what is no PDF."""
    try:
        reader = PdfReader(pdf)
        targets = reader.named_destinations.items()
        numbers = {name.removeprefix("/"): reader.get_destination_page_number(place) for name, place in targets}
        return len(reader.pages), {name: number + 1 for name, number in numbers.items() if number is not None}
    except PyPdfError as error:
        raise Wrong(f"what Chromium has printed is no PDF: {error}") from error


def fill_in(html: str, numbers: dict[str, int]) -> str:
    """Write the numbers of pages into the links that are for them; Wrong where a link leads nowhere."""
    if lost := sorted({link for link in re.findall(r'href="#([^"]+)"', html) if link not in numbers}):
        raise Wrong(f"these links lead nowhere: {', '.join(f'#{link}' for link in lost)}")
    return PLACE.sub(lambda place: f"{place[1]}{numbers[place[2]]}{place[3]}", html)


def make(page: Path, pdf: Path) -> int:
    """Print the page, with the numbers of its pages; return how many there are. The PDF is whole or as it was."""
    browser = chromium()
    first, second = (pdf.with_name(f".{number}.{pdf.name}") for number in (1, 2))
    numbered = page.with_name(f"numbered-{page.name}")  # beside it, because of its style sheets and pictures
    try:
        for old in (first, second):
            old.unlink(missing_ok=True)
        print_page(browser, page, first)
        printed = places(first)
        numbered.write_text(fill_in(page.read_text(encoding="utf-8"), printed[1]), encoding="utf-8")
        print_page(browser, numbered, second)
        if places(second) != printed:
            raise Wrong("the numbers of the pages have moved what they count")
        second.replace(pdf)
    finally:
        for done in (first, second, numbered):
            done.unlink(missing_ok=True)
    return printed[0]


def main(arguments: list[str]) -> int:
    """Print what the command line names."""
    if len(arguments) != 2:
        print("usage: python -m book.print_pdf PAGE.html BOOK.pdf", file=sys.stderr)
        return 2
    page, pdf = map(Path, arguments)
    try:
        count = make(page, pdf)
    except (Wrong, OSError) as error:
        print(f"print_pdf: {error}", file=sys.stderr)
        return 1
    print(f"{pdf}: {count} pages, {pdf.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
