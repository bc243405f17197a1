"""The summary for a README, in Markdown."""

from __future__ import annotations

import re

from . import figures
from .record import Record

COLUMNS = (("c-core", "clang"), ("c-fused", "C, fused by hand"),
           ("c-direct", "C, direct loads"), ("fused", "`fused`"),
           ("portable", "`portable`"))


def _counts(record: Record, probe: str, form: str) -> str:
    found = record.counts.get((probe, form), {})
    if "loaded_instructions" not in found:
        return "–"
    return (f"{found['loaded_instructions']} / "
            f"{found.get('executed_reads', found['loaded_reads'])}")


def _time(record: Record, probe: str, form: str) -> str:
    time = figures.net(record, probe, form)
    return "–" if time is None else f"{time:.0f}"


def _table(record: Record, probes: list[str], cell) -> list[str]:
    columns = [column for column in COLUMNS if column[0] in record.forms()]
    lines = ["| probe | " + " | ".join(title for _, title in columns) + " |",
             "|---|" + "---|" * len(columns)]
    for probe in probes:
        lines.append(f"| {probe} | " + " | ".join(
            cell(record, probe, form) for form, _ in columns) + " |")
    return lines


def _means(record: Record) -> str:
    columns = [column for column in COLUMNS
               if column[0] in record.forms() and column[0] != figures.CLANG]
    parts = []
    for form, title in columns:
        mean = figures.mean_ratio(record, form, figures.ratio_of_times)
        if mean is not None:
            parts.append(f"{title} {mean:.2f}")
    return ", ".join(parts)


def markdown(record: Record) -> str:
    """k1 to k8 in full, the rest by their mean."""
    every = record.probes()
    core = [probe for probe in every if re.fullmatch(r"k\d", probe)] or every
    about = record.about
    lines = [
        f"Kernel {about.get('kernel')}, {about.get('processor')}, "
        f"{about.get('clang')}, commit {about.get('commit')}.",
        "", "Instructions after load / helper reads executed:", "",
        *_table(record, core, _counts)]
    if record.times:
        median, noisy = figures.noise(record)
        lines += [
            "", "Nanoseconds per run, the empty program and the ring buffer "
            "subtracted:", "", *_table(record, core, _time), "",
            f"Over all {len(every)} probes, time relative to clang "
            f"(geometric mean): {_means(record)}.",
            f"Spread of the samples: {median:.0%} in the middle; {noisy} of "
            f"{len(record.times)} timings above {figures.NOISY:.0%}."]
    return "\n".join(lines) + "\n"


def promises(record: Record) -> list[str]:
    """One line for each target and probe, for a terminal."""
    lines = []
    for verdict in figures.verdicts(record):
        target = verdict.target
        other = "best C" if target.of == "best" else "clang"
        ratio = f"{verdict.ratio:.2f}" if verdict.other else "-"
        lines.append(
            f"{target.form:9} <= {target.limit:.2f} x {other:7}"
            f"{verdict.probe}  {verdict.mine:7.1f} /{verdict.other:7.1f} ns ="
            f" {ratio:>5}  {'holds' if verdict.holds else 'DOES NOT HOLD'}"
            + (f" ({verdict.why})" if verdict.why else ""))
    return lines
