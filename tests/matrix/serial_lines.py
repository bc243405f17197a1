"""Reads what the loader prints, natively or over a guest's serial line.

Each result is `@@{…}@@` on one line; anything else is the console's.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

LINE = re.compile(r"@@(\{.*\})@@")
Record = dict[str, Any]


@dataclass
class Report:
    """All that one kernel said."""

    release: str = ""
    programs: list[Record] = field(default_factory=list)
    finished: bool = False
    torn: int = 0
    crash: str = ""
    console: list[str] = field(default_factory=list)


def parse(text: str) -> Report:
    """Splits loader output into results and console lines."""
    report = Report()
    for raw in text.splitlines():
        line = raw.strip("\r\n\0 ")
        match = LINE.search(line)
        if not match:
            if "@@{" in line:
                report.torn += 1
            elif line:
                report.console.append(line)
            continue
        try:
            record = json.loads(match.group(1))
        except ValueError:
            report.torn += 1
            continue
        _add(report, record)
    return report


def _add(report: Report, record: Record) -> None:
    kind = record.pop("kind", "")
    if kind == "kernel":
        report.release = record["release"]
    elif kind == "program":
        report.programs.append(record)
    elif kind == "end":
        report.finished = True
    elif kind == "crash":
        report.crash = f"the loader died of signal {record['signal']}"


def complaint(report: Report) -> str:
    """Why a report can't be trusted as a whole; "" when it can."""
    if report.crash:
        return report.crash
    if report.torn:
        return f"{report.torn} torn result lines"
    if not report.finished:
        panics = [line for line in report.console if "Kernel panic" in line]
        last = (panics or report.console[-1:] or ["nothing"])[0]
        return f"ended early: {last}"
    return ""
