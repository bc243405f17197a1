"""Two records side by side: what changed beyond noise, and did a count get
worse."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from .figures import CLANG, is_twin, net, noisy, spread
from .guard import guarded
from .record import Record

# Told when they change; which of them may not grow is the guard's to say.
COUNTS = ("object_instructions", "object_reads", "loaded_instructions",
          "loaded_reads", "executed_reads", "stack", "jited_bytes",
          "verified_instructions", "states")
# Below these a time is not called changed.
LEAST_PART, LEAST_NS = 0.10, 2.0
LEAST_COMPILE_PART = 0.25


@dataclass
class Changes:
    """Lines to print."""

    notes: list[str] = field(default_factory=list)
    worse_counts: list[str] = field(default_factory=list)
    better_counts: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)


def _name(key: tuple[str, str], what: str) -> str:
    return f"{key[0]} {key[1]}: {what.replace('_', ' ')}"


def compare_counts(old: Record, new: Record, changes: Changes) -> None:
    """Only of what this compiler makes: the twins are other people's code."""
    same_kernel = old.about.get("kernel") == new.about.get("kernel")
    if not same_kernel:
        changes.notes.append(
            f"counts that depend on the kernel are not compared: "
            f"{old.about.get('kernel')} then, {new.about.get('kernel')} now")
    for key in old.counts.keys() & new.counts.keys():
        if is_twin(key[1]):
            continue
        before, after = old.counts[key], new.counts[key]
        if before.get("accepted", True) and not after.get("accepted", True):
            changes.worse_counts.append(
                _name(key, f"no longer accepted: {after.get('reason')}"))
        hard = guarded(key[1], same_kernel)
        if same_kernel and "executed_reads" in before:
            hard = (*hard, "executed_reads")
        for column in COUNTS if same_kernel else hard:
            if before.get(column) == after.get(column):
                continue
            if column not in before or column not in after:
                continue
            line = f"{_name(key, column)} {before[column]} -> {after[column]}"
            if column not in hard:
                changes.other.append(line)
            elif after[column] > before[column]:
                changes.worse_counts.append(line)
            else:
                changes.better_counts.append(line)


def drift(old: Record, new: Record, probe: str) -> float:
    """How much faster or slower the machine was, by clang's twin of the same
    probe: the code is the same, so what changed is the machine."""
    before, after = net(old, probe, CLANG), net(new, probe, CLANG)
    return after / before if before and after else 1.0


def compare_times(old: Record, new: Record, changes: Changes) -> None:
    for key in old.times.keys() & new.times.keys():
        if is_twin(key[1]) or key[1] == "baseline":
            continue
        before, after = old.times[key], new.times[key]
        expected = max(before["net_ns"], 0) * drift(old, new, key[0])
        noise = (spread(before) * before["ns"] + spread(after) * after["ns"])
        change = after["net_ns"] - expected
        if abs(change) > max(LEAST_NS, noise, LEAST_PART * expected):
            changes.other.append(
                f"{_name(key, 'time')} {before['net_ns']:.1f} -> "
                f"{after['net_ns']:.1f} ns (expected {expected:.1f} by "
                f"clang's twin, noise {noise:.1f})")


def repeatability(old: Record, new: Record) -> str:
    """How much the medians of all times moved between the records, the twins'
    included; "" when none was taken twice."""
    moved = [abs(new.times[key]["ns"] / old.times[key]["ns"] - 1)
             for key in old.times.keys() & new.times.keys()]
    if not moved:
        return ""
    beyond = sum(part > LEAST_PART for part in moved)
    return (f"medians of times moved by {statistics.median(moved):.1%} in the "
            f"middle, {max(moved):.1%} at most; {beyond} of {len(moved)} by "
            f"more than {LEAST_PART:.0%}")


def compare_compiles(old: Record, new: Record, changes: Changes) -> None:
    for key in old.compiles.keys() & new.compiles.keys():
        if is_twin(key[1]):
            continue
        before, after = old.compiles[key], new.compiles[key]
        for what in ("cpu_ms", "peak_kb"):
            part = after[what] / before[what] - 1
            if abs(part) > LEAST_COMPILE_PART:
                changes.other.append(f"{_name(key, 'compiling ' + what)} "
                                     f"{before[what]:.0f} -> "
                                     f"{after[what]:.0f}")


def compare(old: Record, new: Record) -> Changes:
    """Everything that changed, in the order of the names."""
    changes = Changes()
    for name, measured in (("old", old), ("new", new)):
        changes.notes += [f"the {name} record is of a noisy machine: {reason}"
                          for reason in noisy(measured)]
    if moved := repeatability(old, new):
        changes.notes.append(moved)
    compare_counts(old, new, changes)
    compare_times(old, new, changes)
    compare_compiles(old, new, changes)
    gone = {key for key in old.counts.keys() - new.counts.keys()
            if not is_twin(key[1])}
    if gone and old.about.get("quick") == new.about.get("quick"):
        changes.notes += [f"no longer measured: {' '.join(key)}"
                          for key in sorted(gone)]
    for lines in (changes.worse_counts, changes.better_counts, changes.other):
        lines.sort()
    return changes
