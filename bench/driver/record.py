"""The record of a measurement: JSON lines, one fact each. Every report is made
from it, so that an old one can be shown and compared again."""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from .objects import C_FORMS, Failed, Tools

Key = tuple[str, str]  # probe, form


@dataclass
class Record:
    """A measurement, sorted by what it measures."""

    about: dict = field(default_factory=dict)
    counts: dict[Key, dict] = field(default_factory=dict)
    times: dict[Key, dict] = field(default_factory=dict)
    values: dict[Key, dict] = field(default_factory=dict)
    compiles: dict[Key, dict] = field(default_factory=dict)
    in_process: dict[Key, dict] = field(default_factory=dict)
    machine: list[dict] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    grid: list[dict] = field(default_factory=list)
    errors: list[dict] = field(default_factory=list)

    def probes(self) -> list[str]:
        """In the order in which they were measured."""
        return list(dict.fromkeys(probe for probe, _ in self.counts))

    def forms(self) -> list[str]:
        return list(dict.fromkeys(form for _, form in self.counts))

    def modes(self) -> list[str]:
        """The forms that this compiler makes."""
        return [form for form in self.forms() if form not in C_FORMS]


def sort(records: list[dict]) -> Record:
    """Puts each fact where it belongs."""
    result = Record()
    places = {"counts": result.counts, "time": result.times,
              "values": result.values, "compile": result.compiles,
              "compile-in-process": result.in_process}
    for found in records:
        kind = found["kind"]
        if kind == "run":
            result.about = found
        elif kind == "grid":
            result.grid.append(found)
        elif kind == "machine":
            result.machine.append(found)
        elif kind == "stage":
            result.stages[found["stage"]] = found["seconds"]
        elif kind in places and "error" not in found:
            places[kind][found["probe"], found["form"]] = found
        else:
            result.errors.append(found)
    return result


def read(path: Path) -> Record:
    """Reads a record; errors name the line."""
    records = []
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise Failed(f"{path}: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        try:
            found = json.loads(line)
            if "kind" not in found:
                raise ValueError("no `kind`")
        except ValueError as error:
            raise Failed(f"{path}:{number}: not a record: {error}") from error
        records.append(found)
    return sort(records)


def write(path: Path, records: list[dict]) -> None:
    """Writes the whole file or nothing."""
    partial = path.with_suffix(".partial")
    partial.write_text("".join(json.dumps(record) + "\n"
                               for record in records))
    partial.rename(path)


def first_line(*command: str) -> str:
    """What a program says of its version."""
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              check=False)
    except OSError:
        return "not installed"
    return (done.stdout.splitlines() or ["unknown"])[0]


def processor() -> str:
    """The processor's name."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def about(tools: Tools, root: Path, quick: bool) -> dict:
    """What was measured, where and with what."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "kind": "run",
        "date": now.isoformat(timespec="seconds"),
        "commit": first_line("git", "-C", str(root), "describe", "--always",
                             "--dirty"),
        "quick": quick,
        "complete": False,  # until it is
        "kernel": platform.release(),
        "machine": platform.machine(),
        "processor": processor(),
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "clang": first_line(tools.clang, "--version"),
        "whistler": first_line(str(tools.whistler), "--version"),
    }
