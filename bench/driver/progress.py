"""Progress on stderr: one line that changes on a terminal, a line for each
stage elsewhere. Keeps how long each stage took."""

from __future__ import annotations

import sys
import time


class Progress:
    """Called with what is being done: "times k1" is k1 in the stage "times"."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._start = time.monotonic()
        self._stage = ""
        self._began = self._start
        self.took: dict[str, float] = {}  # seconds, by stage

    def __call__(self, text: str) -> None:
        self.stage(text.split()[0])
        if self._terminal:
            print(f"\r\033[K{self._elapsed()}  {text}", end="",
                  file=sys.stderr, flush=True)

    def stage(self, name: str) -> None:
        """Tells that another stage has begun, or that the last has ended."""
        if name == self._stage:
            return
        now = time.monotonic()
        if self._stage:
            self.took[self._stage] = (self.took.get(self._stage, 0)
                                      + now - self._began)
        self._stage, self._began = name, now
        if name and not self._terminal:
            print(f"{self._elapsed()}  {name}", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leaves the line to what is printed next."""
        self.stage("")
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _elapsed(self) -> str:
        return f"{time.monotonic() - self._start:6.1f} s"
