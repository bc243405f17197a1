"""Judges the kernels' reports: one cell for each kernel, program and variant.

Values are compared between the variants of one program within one kernel,
never between kernels; a scenario compares them with what really happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import variants
from objects import Objects
from serial_lines import Record, Report

EPERM = 1
ACCEPTED, REJECTED = "accepted", "rejected"
EXCUSED, NOT_PERMITTED = "excused", "not permitted"
# What is known of a cell's values.
PROVED, SAME, REFERENCE = "proved", "same", "reference"
DIFFERENT, NOT_PROVED, UNKNOWN = "different", "not proved", ""


@dataclass
class Column:
    """A kernel of the matrix and what it reported."""

    title: str
    report: Report | None = None
    skipped: str = ""  # why it didn't run at all
    failed: str = ""  # why its report is not whole
    is_host: bool = False
    seconds: float = 0.0
    unfit: list[tuple[str, str]] = field(default_factory=list)
    # (object, variant) that it can't take and so wasn't given

    @property
    def version(self) -> variants.Version:
        return variants.version(self.title.removeprefix("host "))


@dataclass
class Cell:
    """What one kernel made of one program of one variant."""

    kernel: str
    object: str
    program: str
    section: str
    variant: str
    verdict: str
    reason: str = ""
    values: str = UNKNOWN
    note: str = ""
    record: Record = field(default_factory=dict)


@dataclass
class Judgement:
    """Everything there is to print."""

    columns: list[Column]
    cells: list[Cell] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def problem(self, column: Column, cell: Cell, text: str) -> None:
        """Notes what is wrong, once for all programs that it is true of."""
        line = (f"{column.title}: {cell.object} {cell.program} "
                f"{cell.variant}: {text}")
        if line not in self.problems:
            self.problems.append(line)


def _event(record: Record, kind: str) -> Any:
    """The comparable part of a run or of a firing; None when there is none."""
    event = record.get(kind)
    if event is None or event["error"]:
        return None
    maps = {name: (one["entries"], one["hash"])
            for name, one in event["maps"].items()}
    return event.get("returned"), event.get("packet"), maps


def difference(reference: Record, record: Record, kind: str) -> str:
    """What differs between two variants, in words."""
    first, second = reference[kind], record[kind]
    for key in ("returned", "packet"):
        if first.get(key) != second.get(key):
            return f"{key} {second.get(key)}, was {first.get(key)}"
    for name in sorted(first["maps"].keys() | second["maps"].keys()):
        old, new = first["maps"].get(name), second["maps"].get(name)
        if old != new:
            return (f"{name}: {new['hex'] if new else 'absent'}, "
                    f"was {old['hex'] if old else 'absent'}")
    return "values"


def _same_program(record: Record, other: Record) -> bool:
    return all(record[key] == other[key]
               for key in ("object", "program", "section"))


def _compare(judgement: Judgement, column: Column, records: list[Record],
             cell: Cell, kind: str) -> None:
    """Compares with the reference variant's, or else the first's."""
    mine = _event(cell.record, kind)
    if mine is None:
        if kind in cell.record:
            cell.values = cell.values or NOT_PROVED
            cell.note = cell.note or str(cell.record[kind]["error"])
        return
    others = [other for other in records if _same_program(other, cell.record)
              and _event(other, kind) is not None]
    naive = [other for other in others
             if other["mode"].startswith(variants.REFERENCE_READS)]
    reference = (naive or others)[0]
    if cell.values == DIFFERENT:
        return
    if reference is cell.record:
        cell.values = REFERENCE
    elif _event(reference, kind) == mine:
        cell.values = SAME
    else:
        cell.values = DIFFERENT
        cell.note = difference(reference, cell.record, kind)
        judgement.problem(column, cell, "other values than "
                          f"{reference['mode'] or 'the first'}")


def _scenario(judgement: Judgement, column: Column, cell: Cell) -> None:
    said = cell.record["scenario"]
    if said["failures"]:
        cell.values, cell.note = DIFFERENT, said["failures"]
        judgement.problem(column, cell, said["failures"])
    elif said["notAttached"]:
        cell.values = NOT_PROVED
        cell.note = "not attached: " + said["notAttached"]
        if not column.is_host:
            judgement.problem(column, cell, cell.note)
    elif said["skipped"]:
        cell.values, cell.note = NOT_PROVED, said["skipped"]
    else:
        cell.values = PROVED


def _refusal(judgement: Judgement, column: Column, cell: Cell,
             made: Objects) -> None:
    record = cell.record
    cell.reason = record["reason"]
    if record.get("source"):
        cell.reason += f" (at: {record['source']})"
    if column.is_host and record["errno"] == EPERM:
        cell.verdict = NOT_PERMITTED
        cell.note = "this machine does not permit programs of this type"
        return
    lack = variants.lacks(variants.parse(cell.variant), column.version)
    need, text = made.needs.get(cell.object, ((0, 0), ""))
    if not lack and column.version < need:
        lack = text
    if lack:
        cell.verdict, cell.note = EXCUSED, lack
    else:
        judgement.problem(column, cell, f"rejected: {record['reason']}")


def _judge_record(judgement: Judgement, column: Column, records: list[Record],
                  record: Record, made: Objects) -> None:
    name = record["object"]
    for variant in made.twins.get((name, record["mode"]), [record["mode"]]):
        cell = Cell(column.title, name, record["program"], record["section"],
                    variant, ACCEPTED if record["accepted"] else REJECTED,
                    record=record)
        judgement.cells.append(cell)
        if not record["accepted"]:
            _refusal(judgement, column, cell, made)
            continue
        if "scenario" in record:
            _scenario(judgement, column, cell)
        for kind in ("run", "fire"):
            _compare(judgement, column, records, cell, kind)


def judge(columns: list[Column], made: Objects | None = None) -> Judgement:
    """Turns reports into cells and problems."""
    made = made or Objects()
    judgement = Judgement(columns)
    for column in columns:
        if column.failed:
            judgement.problems.append(f"{column.title}: {column.failed}")
        records = column.report.programs if column.report else []
        for record in records:
            _judge_record(judgement, column, records, record, made)
        for name, mode in column.unfit:
            for variant in made.twins.get((name, mode), [mode]):
                lack = variants.lacks(variants.parse(variant), column.version)
                judgement.cells.append(Cell(column.title, name, "", "",
                                            variant, EXCUSED, note=lack))
    return judgement
