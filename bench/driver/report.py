"""The page: one HTML file with everything in it, made from a record."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from . import acceptance, figures, summary
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
COMPILE_COLUMNS = ("probe", "form", "cold ms", "warm ms", "processor ms",
                   "in a process ms", "peak MiB")
NUMERIC = ' class="n"'
ABSENT = ("-", "–")


def table(head: Sequence[str], rows: list[list[str]], caption: str = "") -> str:
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
    words = (f"{escape(str(facts.get('processor')))}, "
             f"{facts.get('processors')} processors, kernel "
             f"{escape(str(facts.get('kernel')))} on {facts.get('machine')}; "
             f"{escape(str(facts.get('clang')))}; commit "
             f"{escape(str(facts.get('commit')))}, "
             f"{escape(str(facts.get('date')))[:16].replace('T', ' ')} UTC.")
    lines = [f'<p class="about">{words}</p>']
    if record.times:
        said = summary.noise(record)
        lines.append('<p class="about">'
                     + (f"<b>{said}</b>" if figures.noisy(record) else said)
                     + f" Load average before: {facts.get('load', 0):.1f}.</p>")
    if record.stages:
        lines.append('<p class="about">Seconds that measuring took: '
                     + ", ".join(f"{escape(stage)} {took:.0f}"
                                 for stage, took in record.stages.items())
                     + ".</p>")
    if not facts.get("complete", True):
        lines.append('<p class="about"><b>Measuring was interrupted.</b></p>')
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
    """Both compilers, by the median over the probes: bars for the default way
    of reading and the usual twin, a table of all forms."""
    medians = {form: found for form in record.forms()
               if (found := figures.compile_medians(record, form))}
    if not medians:
        return ""
    ours = next((form for form in medians if not figures.is_twin(form)), "")
    rows = [[f"<code>{form}</code>", f"{found['cold_ms']:.0f}",
             f"{found['warm_ms']:.0f}", f"{found['cpu_ms']:.0f}",
             f"{found['ms']:.1f}" if "ms" in found else "–",
             f"{found['peak_kb'] / 1024:.0f}"]
            for form, found in medians.items()]
    lying = [(f"{name}, {label}", style, medians[form][what],
              f"{medians[form][what]:.{digits}f} ms")
             for form, name, style in ((ours, "whistler", "s1"),
                                       (figures.CLANG, "clang-19", "s4"))
             for what, label, digits in (("cold_ms", "cold", 0),
                                         ("warm_ms", "warm", 0),
                                         ("ms", "in process", 1))
             if what in medians.get(form, {})]
    return section(
        "Compiling a probe",
        "Median over the probes. A whole process with its files dropped from "
        "the page cache (cold) and without (warm), and a compilation in a "
        "process that has the kernel's BTF open; clang compiles the twin with "
        f"vmlinux.h. The bars: wall time of <code>{ours}</code> and of clang "
        f"on <code>{figures.CLANG}</code>.",
        bars("Compile times", lying, "milliseconds"),
        table(COMPILE_COLUMNS[1:], rows))


def accepted(record: Record) -> str:
    grid = acceptance.Grid(record.grid)
    if not grid.cells:
        return ""
    return section(
        "Acceptance",
        "Programs of the examples and probes that each kernel accepted, of "
        "those it was given, by instruction set, level of optimization and "
        "way of reading. ✓ all; – the kernel lacks what these need, "
        "listed below; ✗ refused, or other values than the reference. Point "
        "at a cell for how many were run and compared.",
        grid.table(), grid.reasons())


def _rows(record: Record, row) -> list[list[str]]:
    """`row(probe, form)` for everything measured that has one."""
    return [[probe, form, *cells] for probe in record.probes()
            for form in record.forms()
            if (cells := row((probe, form)))]


def all_counts(record: Record) -> str:
    def row(key) -> list[str]:
        count = record.counts.get(key)
        return count and [str(count.get(column, "–"))
                          for column, _ in COUNT_COLUMNS]

    return section("All counts", "Of the programs that attach; executed "
                   "reads of the ones that can be run.",
                   table(["probe", "form",
                          *(title for _, title in COUNT_COLUMNS)],
                         _rows(record, row)))


def all_times(record: Record) -> str:
    def row(key) -> list[str]:
        time = record.times.get(key)
        return time and [f"{time['ns']:.1f}", f"{time['net_ns']:.1f}",
                         f"{figures.spread(time):.1%}", str(time["samples"]),
                         str(time["repeat"])]

    if not record.times:
        return ""
    return section(
        "All times", "Median nanoseconds per run, with and without what "
        "is subtracted; spread of the middle half of the samples.",
        table(["probe", "form", "ns", "net ns", "spread", "samples",
               "runs per call"], _rows(record, row)))


def all_compilations(record: Record) -> str:
    def row(key) -> list[str]:
        found = record.compiles.get(key)
        inside = record.in_process.get(key)
        return found and [*(f"{found[what]:.0f}" for what in
                            ("cold_ms", "warm_ms", "cpu_ms")),
                          f"{inside['ms']:.1f}" if inside else "–",
                          f"{found['peak_kb'] / 1024:.0f}"]

    if not record.compiles:
        return ""
    return section("All compilations", "As above, for each probe.",
                   table(COMPILE_COLUMNS, _rows(record, row)))


SECTIONS = (tiles, targets, time_ratios, count_ratios, strategies, reads,
            accepted, compiling, all_counts, all_times, all_compilations)


def html(record: Record) -> str:
    """The whole page."""
    body = "".join(part(record) for part in SECTIONS)
    return ("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width\">"
            "<title>Whistler: measured</title>"
            f"<style>{STYLE}</style></head><body><main>"
            "<h1>Whistler, measured</h1>"
            f"{about(record)}{body}</main></body></html>\n")
