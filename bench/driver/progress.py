"""Progress on stderr: one line that changes on a terminal, a line for each
phase elsewhere."""

from __future__ import annotations

import sys
import time


class Progress:
    """Called with what is being done: "times k1"."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._start = time.monotonic()
        self._phase = ""

    def __call__(self, text: str) -> None:
        if self._terminal:
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
        else:
            self.phase(text.split()[0])

    def phase(self, name: str) -> None:
        """Tells that another phase has begun."""
        if name == self._phase:
            return
        self._phase = name
        took = time.monotonic() - self._start
        end = "" if self._terminal else "\n"
        print(f"{took:6.1f} s  {name}", end=end, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leaves the line to what is printed next."""
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
