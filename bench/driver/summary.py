"""The summary for a README, in Markdown."""

from __future__ import annotations

import re
from pathlib import Path

from . import figures
from .objects import Failed
from .record import Record

# Around the figures in README.md.
BEGIN = "<!-- figures: ./dev bench --report build/bench/bench.jsonl --readme -->"
END = "<!-- end of figures -->"

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


def _where(record: Record) -> str:
    about = record.about
    size = (f"{len(record.probes())} probes"
            + (" (`--quick`)" if about.get("quick") else ""))
    return (f"By `./dev bench`, {size}: kernel {about.get('kernel')}, "
            f"{about.get('processor')}, {about.get('clang')}, commit "
            f"{about.get('commit')}.")


def _compiling(record: Record) -> list[str]:
    """A row for each compiler and way of reading."""
    lines = []
    for form in record.forms():
        found = figures.compile_medians(record, form)
        if found:
            lines.append(
                f"| `{form}` | {found['cold_ms']:.0f} | {found['warm_ms']:.0f} "
                f"| {found['cpu_ms']:.0f} | "
                + (f"{found['ms']:.1f}" if "ms" in found else "–")
                + f" | {found['peak_kb'] / 1024:.0f} |")
    if not lines:
        return []
    return ["", "Compiling a probe, median over the probes (`c-…` is clang):",
            "", "| | cold ms | warm ms | processor ms | in a process ms | "
            "peak MiB |", "|---|---|---|---|---|---|", *lines]


def markdown(record: Record) -> str:
    """k1 to k8 in full, the rest by their mean."""
    every = record.probes()
    core = [probe for probe in every if re.fullmatch(r"k\d", probe)] or every
    lines = [_where(record), "",
             "Instructions after load / helper reads executed:", "",
             *_table(record, core, _counts)]
    if record.times:
        lines += [
            "", "Nanoseconds per run, the empty program and the ring buffer "
            "subtracted:", "", *_table(record, core, _time), "",
            f"Over all {len(every)} probes, time relative to clang "
            f"(geometric mean): {_means(record)}.", "", noise(record)]
    return "\n".join(lines + _compiling(record)) + "\n"


def noise(record: Record) -> str:
    """Whether the times may be believed, in a sentence or two."""
    median, wild = figures.noise(record)
    reasons = figures.noisy(record)
    if reasons:
        return "The machine was noisy: " + "; ".join(reasons) + "."
    return (f"The middle half of the samples of a time spreads over "
            f"{median:.1%} of it; {wild} of {len(record.times)} times spread "
            f"over more than {figures.NOISY:.0%}.")


def put_into(path: Path, record: Record) -> None:
    """Replaces what stands between the marks of a file by the summary."""
    text = path.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise Failed(f"{path}: not one `{BEGIN}` and one `{END}`")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n{markdown(record)}{END}{after}")


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
