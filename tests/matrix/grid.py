"""Prints a judgement: a summary of all variants, one line for each object,
and the variants that people use, one line for each program.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, TextIO

import judge
import variants
from judge import Cell, Judgement
from objects import RANDOM

LEGEND = """\
cell: variants accepted/tried, then how many of them
  vN     did what the scenario of the example says
  =N     left the values of the reference variant (naive, -O0 and -O2)
  !N[n]  did something else: a mistake
  xN[n]  can't be taken by this kernel, for the reason in note n
  ?N[n]  were accepted, but could not be tried out here
  .N     were accepted; nothing runs or attaches them here"""
DETAIL_LEGEND = """\
cell: instructions after load/probe reads left in them"""


class Notes:
    """Footnotes; equal texts share one."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def number(self, text: str) -> int:
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1

    def lines(self) -> list[str]:
        return [f"  [{number}]  {text}"
                for number, text in enumerate(self.texts, 1)]


def table(lines: list[list[str]]) -> list[str]:
    """Columns aligned by their widest cell."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)
                      ).rstrip() for line in lines]


def _marks(cells: list[Cell], notes: Notes) -> str:
    """The summary of some variants on one kernel."""
    kinds: Counter[str] = Counter()
    for cell in cells:
        if cell.verdict in (judge.EXCUSED, judge.NOT_PERMITTED):
            kinds[f"x[{notes.number(cell.note)}]"] += 1
        elif cell.verdict == judge.REJECTED:
            kinds[f"![{notes.number(cell.reason)}]"] += 1
        elif cell.values == judge.PROVED:
            kinds["v"] += 1
        elif cell.values in (judge.SAME, judge.REFERENCE):
            kinds["="] += 1
        elif cell.values == judge.DIFFERENT:
            kinds[f"![{notes.number(cell.note)}]"] += 1
        elif cell.values == judge.NOT_PROVED:
            kinds[f"?[{notes.number(cell.note)}]"] += 1
        else:
            kinds["."] += 1
    good = sum(cell.verdict == judge.ACCEPTED for cell in cells)
    order = "v=?.x!"
    parts = sorted(kinds.items(), key=lambda item: order.index(item[0][0]))
    return " ".join([f"{good}/{len(cells)}",
                     *(f"{kind[0]}{count}{kind[1:]}" for kind, count in parts)])


def _per_variant(cells: list[Cell]) -> list[Cell]:
    """One cell for each variant: the worst of the object's programs."""
    severity = {judge.REJECTED: 3, judge.NOT_PERMITTED: 2, judge.EXCUSED: 2,
                judge.ACCEPTED: 0}
    values = {judge.DIFFERENT: 4, judge.PROVED: 3, judge.NOT_PROVED: 2,
              judge.SAME: 1, judge.REFERENCE: 1, judge.UNKNOWN: 0}
    worst: dict[str, Cell] = {}
    for cell in cells:
        rank = severity[cell.verdict], values[cell.values]
        old = worst.get(cell.variant)
        if old is None or rank > (severity[old.verdict], values[old.values]):
            worst[cell.variant] = cell
    return list(worst.values())


def _row(judgement: Judgement) -> dict[str, str]:
    """Objects and the row that each is in: one for all random programs."""
    names = sorted({cell.object for cell in judgement.cells})
    count = sum(1 for name in names if RANDOM.match(name))
    return {name: f"{count} random programs" if RANDOM.match(name) else name
            for name in names}


def summary(judgement: Judgement, notes: Notes) -> list[str]:
    """Objects against kernels."""
    shown = [column for column in judgement.columns if column.report]
    by_place: dict[tuple[str, str], list[Cell]] = {}
    for cell in judgement.cells:
        by_place.setdefault((cell.object, cell.kernel), []).append(cell)
    rows = _row(judgement)
    lines = [["object", *(column.title for column in shown)]]
    for row in dict.fromkeys(rows.values()):
        cells = {column.title: [
            cell for name in rows if rows[name] == row
            for cell in _per_variant(by_place.get((name, column.title), []))]
            for column in shown}
        lines.append([row, *(_marks(cells[column.title], notes)
                             for column in shown)])
    return table(lines)


def by_mode(judgement: Judgement) -> list[str]:
    """Values of --kernel-reads and -O against kernels: programs accepted."""
    shown = [column for column in judgement.columns if column.report]
    counts: dict[tuple[str, str], list[int]] = {}
    rows: dict[str, None] = {}
    for cell in judgement.cells:
        variant = variants.parse(cell.variant)
        row = f"{variant.reads} -O{variant.level}"
        rows[row] = None
        count = counts.setdefault((row, cell.kernel), [0, 0])
        count[0] += cell.verdict == judge.ACCEPTED
        count[1] += cell.verdict in (judge.ACCEPTED, judge.REJECTED)
    lines = [["programs", *(column.title for column in shown)]]
    for row in sorted(rows):
        lines.append([row, *("{}/{}".format(*counts.get((row, column.title),
                                                         (0, 0)))
                             for column in shown)])
    return table(lines)


def detail(judgement: Judgement) -> list[str]:
    """Programs and modes against kernels, for the usual instruction set.
    Random programs are nobody's benchmark."""
    shown = [column for column in judgement.columns if column.report]
    places: dict[tuple[str, ...], dict[str, str]] = {}
    for cell in judgement.cells:
        variant = variants.parse(cell.variant)
        if not cell.program or (variant.cpu, variant.level) != (
                variants.USUAL_CPU, 2) or RANDOM.match(cell.object):
            continue
        text = cell.verdict
        if cell.verdict == judge.ACCEPTED:
            record = cell.record
            reads = (sum(record["reads"].values())
                     if record["readsKnown"] else "?")
            text = f"{record['instructions']}/{reads}"
        row = cell.object, cell.program, cell.section, variant.reads or "-"
        places.setdefault(row, {})[cell.kernel] = text
    lines = [["object", "program", "section", "reads",
              *(column.title for column in shown)]]
    previous: tuple[str, ...] = ()
    for row, texts in sorted(places.items()):
        same = row[:3] == previous[:3]
        lines.append([*(["", "", ""] if same else row[:3]), row[3],
                      *(texts.get(column.title, "") for column in shown)])
        previous = row
    return table(lines)


def render(judgement: Judgement, with_detail: bool = False) -> str:
    """The tables as text, with legend, footnotes and skipped kernels."""
    text: list[str] = []
    if any(column.report for column in judgement.columns):
        notes = Notes()
        text += [*summary(judgement, notes), "", LEGEND, *notes.lines(), "",
                 *by_mode(judgement)]
        if with_detail:
            text += ["", *detail(judgement), "", DETAIL_LEGEND]
    for column in judgement.columns:
        if column.skipped:
            text.append(f"skipped: {column.title}: {column.skipped}")
        if column.failed:
            text.append(f"FAILED: {column.title}: {column.failed}")
    return "\n".join(text)


def _json_cell(cell: Cell) -> dict[str, Any]:
    variant = variants.parse(cell.variant)
    line: dict[str, Any] = {
        "kind": "program", "kernel": cell.kernel, "object": cell.object,
        "program": cell.program, "section": cell.section,
        "reads": variant.reads, "mcpu": variant.cpu,
        "optimize": variant.level, "verdict": cell.verdict,
        "reason": cell.reason, "values": cell.values, "note": cell.note}
    if cell.verdict == judge.ACCEPTED:
        record = cell.record
        for key in ("instructions", "jited", "verified"):
            line[key] = record.get(key)
        line["probeReads"] = record["reads"] if record["readsKnown"] else None
    return line


def write_json(judgement: Judgement, file: TextIO) -> None:
    """One JSON object on each line: the kernels, the programs, the problems."""
    for column in judgement.columns:
        print(json.dumps({
            "kind": "kernel", "kernel": column.title, "host": column.is_host,
            "skipped": column.skipped, "failed": column.failed,
            "seconds": round(column.seconds, 1)}), file=file)
    for cell in judgement.cells:
        print(json.dumps(_json_cell(cell)), file=file)
    for problem in judgement.problems:
        print(json.dumps({"kind": "problem", "text": problem}), file=file)
