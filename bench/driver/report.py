"""The page: one HTML file with everything in it, made from a record."""

from __future__ import annotations

from html import escape

from . import figures
from .charts import Row, Series, bars, dots, legend, scatter
from .page import STYLE
from .record import Record

# Every form that may occur, in the order in which it is drawn.
SERIES = {
    "portable": Series("portable", "s1", "circle"),
    "direct": Series("direct", "s5", "ring"),
    "fused": Series("fused", "s2", "square"),
    "fused-baked": Series("fused-baked", "s2", "ring"),
    "single": Series("single", "s6", "triangle"),
    "naive": Series("naive", "s6", "cross"),
    "c-direct": Series("c-direct", "s3", "diamond"),
    "c-fused": Series("c-fused", "s4", "triangle"),
    "c-core": Series("c-core", "s4", "cross"),
}
MEANING = {
    "portable": "one object for all kernels, decided when it is loaded",
    "direct": "typed direct loads, kernel 6.2 on",
    "fused": "neighbouring fields by one helper call, relocated",
    "fused-baked": "the same with the build host's layout (--no-core)",
    "single": "equal reads merged, one helper call each",
    "naive": "one helper call per read as written",
    "c-core": "C, clang 19 -O2, BPF_CORE_READ: the 1.0 of the ratios",
    "c-direct": "C by an expert, direct BTF loads",
    "c-fused": "C by an expert, reads fused by hand",
}
DRAWN = ("portable", "fused", "c-direct", "c-fused")
COUNT_COLUMNS = (
    ("object_instructions", "instr. in object"),
    ("loaded_instructions", "after load"),
    ("jited_bytes", "JITed bytes"),
    ("object_reads", "reads in object"),
    ("loaded_reads", "after load"),
    ("executed_reads", "executed"),
    ("verified_instructions", "verified"),
    ("states", "states"),
    ("verifier_us", "verifier µs"),
    ("stack", "stack"),
)
NUMERIC = ' class="n"'
ABSENT = ("-", "–")


def table(head: list[str], rows: list[list[str]], caption: str = "") -> str:
    """Cells are HTML; a column whose cells all start with a digit, or are a
    dash, is put to the right."""
    numeric = [all(row[place][:1].isdigit() or row[place] in ABSENT
                   for row in rows) for place in range(len(head))]

    def cell(tag: str, place: int, text: str) -> str:
        return f"<{tag}{NUMERIC if numeric[place] else ''}>{text}</{tag}>"

    def line(tag: str, cells: list[str]) -> str:
        return "<tr>" + "".join(cell(tag, place, text)
                                for place, text in enumerate(cells)) + "</tr>"

    above = f"<caption>{caption}</caption>" if caption else ""
    return (f'<div class="wide"><table>{above}<thead>{line("th", head)}'
            f'</thead><tbody>{"".join(line("td", row) for row in rows)}'
            "</tbody></table></div>")


def section(title: str, note: str, *content: str) -> str:
    return (f"<section><h2>{title}</h2><p>{note}</p>"
            + "".join(content) + "</section>")


def present(record: Record, wanted=DRAWN) -> list[Series]:
    """Those of the forms that were measured; where `portable` is not there,
    `direct` stands in."""
    forms = record.forms()
    return [SERIES[form] for form in SERIES
            if form in forms and form in wanted]


def ratio_rows(record: Record, series: list[Series], ratio) -> list[Row]:
    rows = []
    for probe in record.probes():
        values = {one.name: value for one in series
                  if (value := ratio(record, probe, one.name)) is not None}
        if values:
            rows.append(Row(probe, values))
    return rows


# --- sections ----------------------------------------------------------------

def about(record: Record) -> str:
    """Where and when, and whether to believe the times."""
    facts = record.about
    median, noisy = figures.noise(record)
    words = (f"{escape(str(facts.get('processor')))}, "
             f"{facts.get('processors')} processors, kernel "
             f"{escape(str(facts.get('kernel')))} on {facts.get('machine')}; "
             f"{escape(str(facts.get('clang')))}; commit "
             f"{escape(str(facts.get('commit')))}, "
             f"{escape(str(facts.get('date')))[:16].replace('T', ' ')} UTC.")
    lines = [f'<p class="about">{words}</p>']
    if record.times:
        wild = (median > figures.NOISY / 2
                or noisy > len(record.times) * figures.NOISY)
        lines.append(
            '<p class="about">'
            + ("<b>The times are noisy.</b> " if wild else "")
            + f"Load average {facts.get('load', 0):.1f}; the middle half of "
            f"the samples of a time spreads over {median:.1%} of it; {noisy} "
            f"of {len(record.times)} times spread over more than "
            f"{figures.NOISY:.0%}.</p>")
    if facts.get("quick"):
        lines.append('<p class="about">A quick run: some of the probes, few '
                     'samples.</p>')
    for error in record.errors:
        lines.append(f'<p class="bad">{escape(error.get("probe", ""))}: '
                     f'{escape(error.get("what") or error.get("error", ""))}'
                     f'</p>')
    return "".join(lines)


def tiles(record: Record) -> str:
    """The numbers to take home."""
    main = "portable" if "portable" in record.forms() else "direct"
    found = [
        (figures.mean_ratio(record, main, figures.ratio_of_times),
         f"time of <code>{main}</code> over clang's"),
        (figures.mean_ratio(
            record, main, lambda r, p, f: figures.ratio_of_counts(
                r, p, f, "loaded_instructions")),
         f"instructions after load, <code>{main}</code> over clang's"),
        (figures.mean_ratio(record, "fused", figures.ratio_of_times),
         "time of <code>fused</code> over clang's"),
        (figures.mean_ratio(
            record, "fused", lambda r, p, f: figures.ratio_of_counts(
                r, p, f, "executed_reads")),
         "helper reads executed, <code>fused</code> over clang's"),
    ]
    return '<div class="tiles">' + "".join(
        f"<div><b>{value:.2f}</b><span>{text}</span></div>"
        for value, text in found if value is not None) + "</div>"


def targets(record: Record) -> str:
    rows = []
    for verdict in figures.verdicts(record):
        target = verdict.target
        other = ("best C by hand" if target.of == "best" else "clang")
        rows.append([
            target.form, f"at most {target.limit} × {other}", verdict.probe,
            f"{verdict.mine:.1f}", f"{verdict.other:.1f}",
            f"{verdict.ratio:.2f}" if verdict.other else "–",
            ('<span class="good">holds</span>' if verdict.holds
             else '<span class="bad">does not hold</span>')
            + (f" <small>({verdict.why})</small>" if verdict.why else "")])
    if not rows:
        return ""
    return section(
        "Promises", "Net nanoseconds per run: the empty program and the ring "
        "buffer are subtracted.",
        table(["form", "promise", "probe", "ns", "of ns", "ratio", ""], rows))


def time_ratios(record: Record) -> str:
    if not record.times:
        return ""
    series = present(record)
    return section(
        "Time, relative to clang",
        "Net time of a run of each probe over that of its twin in C with "
        "BPF_CORE_READ. Further left is better.",
        legend(series),
        dots("Time relative to clang", ratio_rows(
            record, series, figures.ratio_of_times), series,
            "times clang's net time", 1.0))


def count_ratios(record: Record) -> str:
    series = present(record)
    rows = ratio_rows(record, series, lambda r, p, f: figures.ratio_of_counts(
        r, p, f, "loaded_instructions"))
    if not rows:
        return ""
    return section(
        "Instructions after load, relative to clang",
        "What the verifier leaves of the program on this kernel, over what it "
        "leaves of the twin with BPF_CORE_READ.",
        legend(series),
        dots("Instructions relative to clang", rows, series,
             "times clang's instructions", 1.0))


def strategies(record: Record) -> str:
    """Bars of the geometric means, slowest first."""
    rows = []
    for form, series in SERIES.items():
        mean = figures.mean_ratio(record, form, figures.ratio_of_times)
        if mean is not None:
            rows.append((form, series.style, mean, f"{mean:.2f}"))
    if not rows:
        return ""
    rows.sort(key=lambda row: row[2])
    meanings = table(["form", "what it is"], [
        [f"<code>{form}</code>", MEANING[form]] for form, *_ in rows])
    return section(
        "Cost of each way of reading",
        "Geometric mean over all probes of net time over clang's.",
        bars("Cost of each way of reading", rows, "times clang's net time"),
        meanings)


def reads(record: Record) -> str:
    """Time against executed helper reads."""
    points = []
    for (probe, form), count in record.counts.items():
        time = record.times.get((probe, form))
        if time and form in SERIES and "executed_reads" in count:
            points.append((SERIES[form], count["executed_reads"],
                           max(time["net_ns"], 0),
                           f"{probe}, {form}: {count['executed_reads']} reads, "
                           f"{time['net_ns']:.0f} ns"))
    if not points:
        return ""
    line = figures.cost_of_a_read(record)
    note = (f"Every form of every probe. The line says {line[0]:.1f} ns for "
            f"each call of the helper and {max(line[1], 0):.0f} ns for the rest."
            if line else "Every form of every probe.")
    series = [one for name, one in SERIES.items() if name in record.forms()]
    return section("What a helper read costs", note, legend(series),
                   scatter("Time against helper reads", points,
                           "kernel reads executed in one run",
                           "net nanoseconds per run", line))


def compiling(record: Record) -> str:
    """Both compilers, by the median over the probes."""
    def median(values: list[float]) -> float:
        values = sorted(values)
        return values[len(values) // 2]

    groups: dict[str, list[dict]] = {}
    for (_, form), found in record.compiles.items():
        groups.setdefault(form, []).append(found)
    rows = []
    mode = next((form for form in groups if not figures.is_twin(form)), "")
    for form, found in groups.items():
        name = "clang-19" if figures.is_twin(form) else "whistler"
        style = "s4" if figures.is_twin(form) else "s1"
        for what, label in (("cold_ms", "cold"), ("warm_ms", "warm")):
            value = median([one[what] for one in found])
            text = f"{value:.0f} ms"
            if what == "warm_ms":
                cpu = median([one["cpu_ms"] for one in found])
                text += f" ({cpu:.0f} ms of a processor)"
            rows.append((f"{name}, {label}", style, value, text))
    if record.in_process:
        value = median([one["ms"] for one in record.in_process.values()])
        rows.append(("in a process", "s1", value, f"{value:.1f} ms"))
    if not rows:
        return ""
    memory = "; ".join(
        f"{'clang-19' if figures.is_twin(form) else 'whistler'} "
        f"{median([one['peak_kb'] for one in found]) / 1024:.0f} MiB"
        for form, found in groups.items())
    return section(
        "Compiling a probe",
        f"Median over the probes, wall time, <code>{mode}</code>: a whole "
        "process with its files "
        "dropped from the page cache (cold) and without (warm), and a "
        "compilation in a process that has the kernel's BTF open. clang "
        f"compiles the twin with vmlinux.h. Peak memory: {memory}.",
        bars("Compile times", rows, "milliseconds"))


def acceptance(record: Record) -> str:
    """Kernels across, ways of reading down."""
    tried: dict[tuple[str, str], list[dict]] = {}
    kernels: dict[str, None] = {}
    for found in record.grid:
        if not found.get("program") and not found.get("verdict"):
            continue
        kernels[found["kernel"]] = None
        tried.setdefault((found["reads"], found["kernel"]), []).append(found)
    if not tried:
        return ""

    def cell(found: list[dict]) -> str:
        if not found:
            return "–"
        accepted = sum(one["verdict"] == "accepted" for one in found)
        excused = sum(one["verdict"] in ("excused", "not permitted")
                      for one in found)
        wrong = len(found) - accepted - excused
        style = "bad" if wrong else "good"
        text = f"{accepted}/{len(found)}"
        if excused:
            text += f" <small>{excused} excused</small>"
        if wrong:
            text += f" <small>{wrong} refused</small>"
        return f'<span class="{style}">{text}</span>'

    rows = [[f"<code>{mode}</code>",
             *(cell(tried.get((mode, kernel), [])) for kernel in kernels)]
            for mode in dict.fromkeys(mode for mode, _ in tried)]
    reasons: dict[str, int] = {}
    for group in tried.values():
        for one in group:
            if one["verdict"] != "accepted":
                key = (f"{one['verdict']} on {one['kernel']}: "
                       f"{one.get('reason', '')}")
                reasons[key] = reasons.get(key, 0) + 1
    listed = "".join(f"<li>{count} × {escape(reason)}</li>"
                     for reason, count in sorted(reasons.items()))
    return section(
        "Acceptance",
        "Programs accepted of those tried, over examples, probes, instruction "
        "sets and optimization levels.",
        table(["reads", *(escape(kernel) for kernel in kernels)], rows),
        f"<p>Not accepted:</p><ul>{listed}</ul>" if listed else "")


def everything(record: Record) -> str:
    """All numbers."""
    count_rows, time_rows = [], []
    for probe in record.probes():
        for form in record.forms():
            count = record.counts.get((probe, form))
            if count:
                count_rows.append([
                    probe, form,
                    *(str(count.get(column, "–"))
                      for column, _ in COUNT_COLUMNS)])
            time = record.times.get((probe, form))
            if time:
                time_rows.append([
                    probe, form, f"{time['ns']:.1f}", f"{time['net_ns']:.1f}",
                    f"{figures.spread(time):.1%}", str(time["samples"]),
                    str(time["repeat"])])
    parts = [section("All counts", "Of the programs that attach; executed "
                     "reads of the ones that can be run.",
                     table(["probe", "form",
                            *(title for _, title in COUNT_COLUMNS)],
                           count_rows))]
    if time_rows:
        parts.append(section(
            "All times", "Median nanoseconds per run, with and without what "
            "is subtracted; spread of the middle half of the samples.",
            table(["probe", "form", "ns", "net ns", "spread", "samples",
                   "runs per call"], time_rows)))
    return "".join(parts)


SECTIONS = (tiles, targets, time_ratios, count_ratios, strategies, reads,
            acceptance, compiling, everything)


def html(record: Record) -> str:
    """The whole page."""
    body = "".join(part(record) for part in SECTIONS)
    return ("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width\">"
            "<title>Whistler: measured</title>"
            f"<style>{STYLE}</style></head><body><main>"
            "<h1>Whistler, measured</h1>"
            f"{about(record)}{body}</main></body></html>\n")
