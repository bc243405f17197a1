"""Judges the kernels' reports and prints them side by side.

A program's cell is `instructions/reads` after load: what the verifier left of
the program, and the probe-read calls in it. Values are compared between the
modes of one program within one kernel, never between kernels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from serial_lines import Record, Report

REFERENCE = "naive"
EPERM = 1
LEGEND = """\
cell: instructions after load/probe reads left
  =    same return value, packet and maps as the reference mode
  !    different values (a mismatch)
  v    ran; nothing to compare it with
  *N   attached, fired N times   *0 attached, never fired   *- not attached"""


@dataclass
class Column:
    """A kernel of the matrix and what it reported."""

    title: str
    report: Report | None = None
    skipped: str = ""  # why it didn't run at all
    failed: str = ""  # why its report is not whole
    is_host: bool = False
    seconds: float = 0.0


Row = tuple[str, str, str, str]  # object, program, section, mode


def row_of(record: Record) -> Row:
    """What identifies a program across kernels."""
    return (record["object"], record["program"], record["section"],
            record["mode"])


def values(record: Record) -> Any:
    """The comparable part of a run."""
    run = record["run"]
    maps = {name: (one["entries"], one["hash"])
            for name, one in run["maps"].items()}
    return run["error"], run["returned"], run["packet"], maps


def difference(reference: Record, record: Record) -> str:
    """What differs between the runs of two modes, in words."""
    first, second = reference["run"], record["run"]
    for key in ("error", "returned", "packet"):
        if first[key] != second[key]:
            return f"{key} {second[key]}, was {first[key]}"
    for name in sorted(first["maps"].keys() | second["maps"].keys()):
        old, new = first["maps"].get(name), second["maps"].get(name)
        if old != new:
            return (f"{name}: {new['hex'] if new else 'absent'}, "
                    f"was {old['hex'] if old else 'absent'}")
    return "values"


@dataclass
class Judgement:
    """Everything that a grid needs to be printed."""

    columns: list[Column]
    rows: list[Row] = field(default_factory=list)
    cells: dict[tuple[int, Row], str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def note(self, text: str) -> int:
        """The number of a footnote; equal texts share one."""
        if text not in self.notes:
            self.notes.append(text)
        return self.notes.index(text) + 1


def _reference(records: list[Record], record: Record) -> Record | None:
    """The run to compare with: the reference mode's, or else the first."""
    same = [other for other in records if row_of(other)[:3] == row_of(record)[:3]
            and "run" in other]
    naive = [other for other in same if other["mode"] == REFERENCE]
    return (naive or same or [None])[0]


def _value_mark(judgement: Judgement, column: Column, records: list[Record],
                record: Record) -> str:
    if "run" not in record:
        return ""
    reference = _reference(records, record)
    if reference is None or reference is record:
        error = record["run"]["error"]
        return f" run failed ({error})" if error else " v"
    if values(reference) == values(record):
        return " ="
    text = difference(reference, record)
    judgement.problems.append(
        f"{column.title}: {' '.join(filter(None, row_of(record)))}: "
        f"other values than {reference['mode'] or 'the first'}")
    return f" ![{judgement.note(text)}]"


def _fire_mark(judgement: Judgement, record: Record) -> str:
    fire = record.get("fire")
    if fire is None:
        return ""
    if fire["error"]:
        return f" *-[{judgement.note('not attached: ' + fire['error'])}]"
    return f" *{fire['runs']}"


def _cell(judgement: Judgement, column: Column, records: list[Record],
          record: Record) -> str:
    if not record["accepted"]:
        reason = record["reason"]
        if record.get("source"):
            reason += f" (at: {record['source']})"
        if column.is_host and record["errno"] == EPERM:
            return f"not permitted[{judgement.note(reason)}]"
        judgement.problems.append(
            f"{column.title}: {' '.join(filter(None, row_of(record)))}: "
            f"rejected: {record['reason']}")
        return f"REJECTED[{judgement.note(reason)}]"
    reads = sum(record["reads"].values()) if record["readsKnown"] else "?"
    return (f"{record['instructions']}/{reads}"
            + _value_mark(judgement, column, records, record)
            + _fire_mark(judgement, record))


def judge(columns: list[Column]) -> Judgement:
    """Turns reports into cells, footnotes and problems."""
    judgement = Judgement(columns)
    for index, column in enumerate(columns):
        if column.failed:
            judgement.problems.append(f"{column.title}: {column.failed}")
        records = column.report.programs if column.report else []
        for record in records:
            row = row_of(record)
            if row not in judgement.rows:
                judgement.rows.append(row)
            judgement.cells[index, row] = _cell(judgement, column, records,
                                                record)
    return judgement


def _table(lines: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*lines)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)
                      ).rstrip() for line in lines]


def _grid_lines(judgement: Judgement) -> list[str]:
    shown = [(index, column) for index, column in enumerate(judgement.columns)
             if column.report]
    lines = [["object", "program", "section", "mode",
              *(column.title for _, column in shown)]]
    previous: Row = ("", "", "", "")
    for row in judgement.rows:
        same = row[:3] == previous[:3]
        names = ["", "", ""] if same else list(row[:3])
        cells = [judgement.cells.get((index, row), "") for index, _ in shown]
        lines.append([*names, row[3] or "-", *cells])
        previous = row
    notes = [f"  [{number}]  {note}"
             for number, note in enumerate(judgement.notes, 1)]
    return [*_table(lines), "", LEGEND, *notes] if shown else []


def render(judgement: Judgement) -> str:
    """The grid as text, with its legend, footnotes and skipped kernels."""
    text = _grid_lines(judgement)
    for column in judgement.columns:
        if column.skipped:
            text.append(f"skipped: {column.title}: {column.skipped}")
        if column.failed:
            text.append(f"FAILED: {column.title}: {column.failed}")
    return "\n".join(text)
