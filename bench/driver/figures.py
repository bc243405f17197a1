"""What the report says of a record: ratios, targets, noise. No measuring and
no drawing here."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

from .objects import C_FORMS
from .record import Record

CLANG = "c-core"
BEST = ("c-direct", "c-fused")
CORE_PROBES = ("k1", "k2", "k3", "k4", "k5", "k6")
# A spread of the middle half above this is called noisy.
NOISY = 0.10
# A machine is called noisy when the spread in the middle of all times, the part
# of times that are noisy, the part of the processor that others had, the part
# that the hypervisor took, or the range of the empty program's medians is above
# these.
MOST_SPREAD, MOST_NOISY = 0.05, 0.10
MOST_OTHERS, MOST_STOLEN, MOST_RANGE = 0.05, 0.01, 0.15
# A net time below this, in nanoseconds, is not told from nothing: ratios of
# two such times mean nothing, and 1 ns is what the clock resolves.
RESOLUTION = 1.0


@dataclass(frozen=True)
class Target:
    """A promise: `form` takes at most `limit` times what `of` takes."""

    form: str
    of: str          # a form, or "best" for the best twin
    limit: float
    probes: tuple[str, ...]


TARGETS = (
    Target("portable", "best", 1.05, CORE_PROBES),
    Target("portable", CLANG, 0.35, CORE_PROBES),
    Target("fused", CLANG, 0.55, ("k1", "k2", "k5")),
)


@dataclass(frozen=True)
class Verdict:
    """How one probe stands to one target."""

    target: Target
    probe: str
    mine: float
    other: float
    holds: bool
    why: str         # "" or what to know about it

    @property
    def ratio(self) -> float:
        return self.mine / self.other if self.other else math.inf


def net(record: Record, probe: str, form: str) -> float | None:
    """Nanoseconds without the empty program and the ring buffer."""
    found = record.times.get((probe, form))
    return found and max(found["net_ns"], 0.0)


def spread(time: dict) -> float:
    """The middle half of the samples, as a part of the median."""
    return (time["high_ns"] - time["low_ns"]) / max(time["ns"], 1e-9)


def noise(record: Record) -> tuple[float, int]:
    """The median spread, and how many measurements are noisy."""
    spreads = [spread(time) for time in record.times.values()]
    if not spreads:
        return 0.0, 0
    return statistics.median(spreads), sum(s > NOISY for s in spreads)


def empty_range(record: Record) -> float:
    """How much more the empty program took beside one probe than beside
    another, as a part: it is the same code, so that was the machine."""
    medians = [time["ns"] for (_, form), time in record.times.items()
               if form == "baseline" and not time["records"]]
    return max(medians) / min(medians) - 1 if medians else 0.0


def noisy(record: Record) -> list[str]:
    """Why the times should not be believed to the digit; empty on a quiet
    machine."""
    if not record.times:
        return []
    median, wild = noise(record)
    count = len(record.times)
    wall = sum(found["wall_s"] for found in record.machine)
    parts = [
        (median, MOST_SPREAD,
         "the middle half of the samples spreads over {} of a typical time"),
        (wild / count, MOST_NOISY,
         f"{{}} of the times spread over more than {NOISY:.0%}"),
        (empty_range(record), MOST_RANGE,
         "the empty program took {} more beside one probe than another"),
    ]
    if wall:
        own, stolen = (sum(found[what] for found in record.machine) / wall
                       for what in ("own_s", "stolen_s"))
        parts += [(1 - own, MOST_OTHERS, "others had {} of the processor"),
                  (stolen, MOST_STOLEN, "the hypervisor took {} of it")]
    return [text.format(f"{part:.0%}") for part, most, text in parts
            if part > most]


def doubt(record: Record, probe: str, form: str) -> float:
    """The standard error of a median, in nanoseconds, from its quartiles."""
    time = record.times[probe, form]
    return 0.93 * (time["high_ns"] - time["low_ns"]) / math.sqrt(
        time["samples"])


def judge(record: Record, target: Target, probe: str) -> Verdict | None:
    """None when something of it was not measured. What is above the limit by
    less than can be told apart holds, and that is said."""
    mine = net(record, probe, target.form)
    forms = [form for form in (BEST if target.of == "best" else (target.of,))
             if (probe, form) in record.times]
    if mine is None or not forms:
        return None
    form = min(forms, key=lambda one: net(record, probe, one))
    other = net(record, probe, form)
    blur = max(RESOLUTION, 2 * math.hypot(
        doubt(record, probe, target.form),
        target.limit * doubt(record, probe, form)))
    over = mine - target.limit * other
    why = (f"over by less than the {blur:.1f} ns that the samples tell apart"
           if 0 < over <= blur else "")
    return Verdict(target, probe, mine, other, over <= blur, why)


def verdicts(record: Record) -> list[Verdict]:
    """Every target for every probe that was measured."""
    return [verdict for target in TARGETS for probe in target.probes
            if (verdict := judge(record, target, probe))]


def ratio_of_times(record: Record, probe: str, form: str) -> float | None:
    """Net time over clang's."""
    mine, clang = net(record, probe, form), net(record, probe, CLANG)
    if mine is None or not clang or clang < RESOLUTION:
        return None
    return mine / clang


def ratio_of_counts(record: Record, probe: str, form: str,
                    column: str) -> float | None:
    """A count over clang's."""
    mine = record.counts.get((probe, form), {}).get(column)
    clang = record.counts.get((probe, CLANG), {}).get(column)
    return mine / clang if mine is not None and clang else None


def geometric_mean(values: list[float]) -> float | None:
    """Of values above nothing; a ratio of 0 counts as a hundredth."""
    if not values:
        return None
    return math.exp(statistics.fmean(math.log(max(value, 0.01))
                                     for value in values))


def mean_ratio(record: Record, form: str, ratio) -> float | None:
    """The geometric mean over the probes of `ratio(record, probe, form)`."""
    return geometric_mean([
        value for probe in record.probes()
        if (value := ratio(record, probe, form)) is not None])


def compile_medians(record: Record, form: str) -> dict[str, float]:
    """What compiling a probe costs in one form, by the median over the probes;
    empty when it was not measured."""
    processes = [found for (_, one), found in record.compiles.items()
                 if one == form]
    inside = [found for (_, one), found in record.in_process.items()
              if one == form]
    columns = {what: [found[what] for found in processes]
               for what in ("cold_ms", "warm_ms", "cpu_ms", "peak_kb")}
    columns["ms"] = [found["ms"] for found in inside]
    if not processes:
        return {}
    return {what: statistics.median(values)
            for what, values in columns.items() if values}


def cost_of_a_read(record: Record) -> tuple[float, float] | None:
    """Nanoseconds per executed helper read and for the rest, by a least
    squares line through all forms of all probes."""
    points = [(count["executed_reads"], time["net_ns"])
              for key, count in record.counts.items()
              if "executed_reads" in count and (time := record.times.get(key))]
    if len({reads for reads, _ in points}) < 2:
        return None
    slope, rest = statistics.linear_regression(*zip(*points))
    return slope, rest


def is_twin(form: str) -> bool:
    return form in C_FORMS
