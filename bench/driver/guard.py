"""The guard: counts of the suite that may get better but not worse unnoticed.

The golden file is a table, a line for each probe and way of reading. What is
in an object depends on the kernel's types where windows are chosen or a layout
is baked in; what is left after loading depends on the kernel. So the file names
its kernel, and on another one only the counts that no layout decides are
compared.

An object that holds several versions of its reads, of which loading leaves one,
may grow: its size is told, not guarded. So is the stack, which is a limit and
not a cost."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("object_instructions", "object_reads",
           "loaded_instructions", "loaded_reads", "stack")
IN_OBJECT = ("object_instructions", "object_reads")
LOADED = ("loaded_instructions", "loaded_reads")
# Ways of reading that put several versions into an object.
VERSIONED = ("portable", "fused")
# Ways of reading whose instructions don't depend on where fields lie.
LAYOUT_FREE = ("naive", "single", "direct")
ABSENT = "-"

Counts = dict[tuple[str, str], dict[str, int]]


@dataclass
class Golden:
    """The file's contents."""

    kernel: str
    reasons: list[str]
    counts: Counts


@dataclass
class Comparison:
    """Lines to print, sorted by what they mean."""

    worse: list[str]
    more: list[str]   # of what is not guarded
    better: list[str]
    new: list[str]
    gone: list[str]


def kernel() -> str:
    """What decides counts besides this project."""
    return f"{platform.release()} {platform.machine()}"


def counts_of(records: list[dict]) -> Counts:
    """The guarded counts among the runner's records."""
    return {(record["probe"], record["form"]):
            {column: record[column] for column in COLUMNS if column in record}
            for record in records if record["kind"] == "counts"}


def read(path: Path) -> Golden:
    """Reads the golden file; one that isn't there is empty."""
    golden = Golden("", [], {})
    if not path.is_file():
        return golden
    for line in path.read_text().splitlines():
        if line.startswith("# kernel: "):
            golden.kernel = line.removeprefix("# kernel: ")
        elif line.startswith("# worse: "):
            golden.reasons.append(line.removeprefix("# worse: "))
        elif line and not line.startswith("#"):
            probe, form, *numbers = line.split()
            golden.counts[probe, form] = {
                column: int(number) for column, number in zip(COLUMNS, numbers)
                if number != ABSENT}
    return golden


def write(path: Path, golden: Golden) -> None:
    """Writes the golden file."""
    lines = [
        "# Counts of the probe suite (docs/benchmarks.md). `./dev bench "
        "--update-golden`",
        "# writes this file; with --reason TEXT when a count got worse.",
        f"# kernel: {golden.kernel}",
        *(f"# worse: {reason}" for reason in golden.reasons),
        "# " + " ".join(("probe", "form", *COLUMNS)),
    ]
    for (probe, form), counts in golden.counts.items():
        numbers = (str(counts.get(column, ABSENT)) for column in COLUMNS)
        lines.append(" ".join((probe, form, *numbers)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def guarded(form: str, same_kernel: bool) -> tuple[str, ...]:
    """The columns of a form in which more is worse."""
    if not same_kernel:
        return IN_OBJECT if form in LAYOUT_FREE else ()
    return LOADED if form in VERSIONED else (*IN_OBJECT, *LOADED)


def compare(golden: Golden, now: Counts, here: str) -> Comparison:
    """What changed since the golden file was written."""
    found = Comparison([], [], [], [], [])
    same = golden.kernel == here
    for key, counts in now.items():
        name = " ".join(key)
        if key not in golden.counts:
            found.new.append(name)
            continue
        hard = guarded(key[1], same)
        for column in COLUMNS if same else hard:
            old, new = golden.counts[key].get(column), counts.get(column)
            if old is None or new is None or old == new:
                continue
            line = f"{name}: {column.replace('_', ' ')} {old} -> {new}"
            (found.better if new < old else
             found.worse if column in hard else found.more).append(line)
    found.gone = [" ".join(key) for key in golden.counts if key not in now]
    return found
