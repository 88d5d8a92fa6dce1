"""Ctrl-C, and what asks a process to end: it ends once, and what it does for that is not interrupted again."""

import signal

ASK_TO_END = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def once() -> None:
    """Have the first such signal raise KeyboardInterrupt, and ignore later ones."""
    for number in ASK_TO_END:
        signal.signal(number, _interrupt)


def _interrupt(number: int, _frame) -> None:
    for one in ASK_TO_END:
        signal.signal(one, signal.SIG_IGN)
    raise KeyboardInterrupt(number)
