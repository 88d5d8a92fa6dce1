"""What tests and measurements of the site share: the pages' names, a server on this machine, and the browser."""

import contextlib
import os
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

from book.print_pdf import QUIET

SOURCES = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.relative_to(SOURCES).with_suffix("").as_posix()
    for path in [SOURCES / "index.md", *(SOURCES / "content").rglob("*.md")]
)
KEEPS_NOTHING = "delete Navigator.prototype.serviceWorker"  # as in some private windows
# Who waits for something in a page gives Playwright a function, `() => ...`: the policy lets no text become code.
HANG = 300_000  # milliseconds: Playwright's own 30 seconds are little on a busy machine


@contextlib.contextmanager
def serving(handler):
    """Serves on the loopback interface what a handler answers; gives the address, without a / at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def started(executable: str):
    """Starts a headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Root may start Chromium only without its sandbox; nobody else should.
        sandbox = os.geteuid() != 0
        browser = playwright.chromium.launch(
            executable_path=executable, args=QUIET, chromium_sandbox=sandbox, timeout=HANG
        )
        yield browser
        browser.close()
