#!/usr/bin/env python3
"""Measures the probe suite; `./dev bench` builds what it needs and calls it.

  ./dev bench                       everything; record and report in build/bench
  ./dev bench --quick               k1 to k8, few samples, under two minutes
  ./dev bench --matrix              with the grid of kernels (./dev matrix)
  ./dev bench --compare OLD.jsonl   measure, then say what changed since OLD
  ./dev bench --report REC.jsonl    the page and the summary of a record
  ./dev bench --report REC.jsonl --readme   and the figures of README.md
  ./dev bench --guard               counts against bench/golden/counts.txt
  ./dev bench --update-golden       writes that file (--reason TEXT when worse)
  ./dev bench --twins               do all forms of each probe do the same?

Exit status: 0 done, 1 something got worse, differs or failed, 2 wrong usage,
3 the machine lacks something, 130 interrupted (partial.jsonl then has what
was measured)."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from driver import (compare, compile_times, guard, objects, record, report,
                    runner, summary)
from driver.objects import C_FORMS, Failed, Tools
from driver.progress import Progress

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "release"
GOLDEN = ROOT / "bench" / "golden" / "counts.txt"
LACKING, SKIPPED, INTERRUPTED = 3, 77, 130
# Samples of each form from so many placements of its code, loads of each
# object, processes of each compiler.
FULL = {"samples": 36, "placements": 4, "loads": 3, "processes": 3,
        "in_process_s": 0.1}
QUICK = {"samples": 12, "placements": 2, "loads": 1, "processes": 2,
         "in_process_s": 0.02}
QUICK_COMPILES = 3  # probes


class Lacking(Exception):
    """The machine lacks something that was asked for."""


progress = Progress()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench", description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--guard", action="store_true",
                      help="compare counts with the golden file")
    what.add_argument("--update-golden", action="store_true",
                      help="write the golden file")
    what.add_argument("--twins", action="store_true",
                      help="run all forms and compare what they do")
    what.add_argument("--report", type=Path, metavar="RECORD",
                      help="show a record, measure nothing")
    add = parser.add_argument
    add("--quick", action="store_true", help="k1 to k8, few samples")
    add("--only", nargs="+", metavar="PROBE", help="these probes alone")
    add("--forms", nargs="+", metavar="FORM",
        help="these forms alone: values of --kernel-reads, c-core, …")
    add("--no-times", action="store_true", help="count, time nothing")
    add("--matrix", action="store_true", help="run ./dev matrix first")
    add("--grid", type=Path, metavar="FILE",
        help="what `./dev matrix --json FILE` wrote, for the report")
    add("--compare", type=Path, metavar="OLD",
        help="say what changed since this record; 1 when a count got worse")
    add("--against", type=Path, metavar="NEW",
        help="compare with this record in place of measuring")
    add("--readme", type=Path, nargs="?", const=ROOT / "README.md",
        metavar="FILE", help="put the summary into this file (README.md)")
    add("--reason", default="", metavar="TEXT",
        help="why counts got worse, for --update-golden")
    add("--whistler", type=Path,
        default=BUILD / "compiler" / "tools" / "whistler")
    add("--runner", type=Path,
        default=BUILD / "bench" / "whistler_probe_runner")
    add("--compile-bench", type=Path, default=BUILD / "bench" / "compile_bench")
    add("--out", type=Path, default=ROOT / "build" / "bench",
        help="folder for objects, record and report")
    add("--ctest", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def require(*programs: str) -> None:
    for program in programs:
        if not shutil.which(program):
            raise Lacking(f"`{program}` is not installed")


def may_load(tools: Tools, form: objects.Form) -> bool:
    """May this user load programs here?"""
    done = subprocess.run([str(tools.whistler), "verify", str(form.path)],
                          capture_output=True, check=False)
    return done.returncode != LACKING


def compiled(tools: Tools, names: list[str],
             forms: list[str]) -> list[objects.Form]:
    made, failures = objects.compile_suite(tools, names, forms, progress)
    if failures:
        raise Failed("\n".join(failures))
    return made


# --- the guard ---------------------------------------------------------------

def count(tools: Tools, options: argparse.Namespace) -> guard.Counts:
    """The counts of the suite, without the twins."""
    made = compiled(tools, objects.probes(options.only),
                    objects.lisp_forms(tools))
    loads = 1 if may_load(tools, made[0]) else 0
    if not loads:
        print("skipped: counts after loading: this user may not load programs")
    records = list(runner.records(options.runner, "counts",
                                  runner.plan(made, loads=loads), progress))
    for found in records:
        if "error" in found or not found.get("accepted", True):
            raise Failed(f"{found['probe']}, {found['form']}: "
                         f"{found.get('error') or found['reason']}")
    return guard.counts_of(records)


def run_guard(tools: Tools, options: argparse.Namespace) -> int:
    golden = guard.read(GOLDEN)
    now = count(tools, options)
    found = guard.compare(golden, now, guard.kernel())
    progress.end()
    if golden.kernel != guard.kernel():
        print(f"skipped: counts that depend on the kernel's layout: the file "
              f"is of {golden.kernel}, this is {guard.kernel()}")
    for title, lines in (("better", found.better), ("more", found.more),
                         ("new", found.new), ("worse", found.worse)):
        for line in lines:
            print(f"{title}: {line}")
    if found.better or found.more or found.new:
        print("note: ./dev bench --update-golden records what changed")
    if found.worse:
        print("Counts got worse. If that is worth it, say why:\n"
              "  ./dev bench --update-golden --reason TEXT")
    print(f"guard: {len(now)} forms, {len(found.worse)} counts worse, "
          f"{len(found.better)} better")
    return 1 if found.worse else 0


def update_golden(tools: Tools, options: argparse.Namespace) -> int:
    golden = guard.read(GOLDEN)
    now = count(tools, options)
    found = guard.compare(golden, now, guard.kernel())
    progress.end()
    for line in found.worse:
        print(f"worse: {line}")
    if found.worse and not options.reason:
        print("bench: counts got worse: --reason TEXT must say why",
              file=sys.stderr)
        return 1
    if found.worse:
        golden.reasons.append(options.reason)
    kept = golden.counts if options.only else {}
    guard.write(GOLDEN, guard.Golden(guard.kernel(), golden.reasons,
                                     {**kept, **now}))
    print(f"wrote {GOLDEN.relative_to(ROOT)}: {len(now)} forms, "
          f"{len(found.worse)} counts worse, {len(found.better)} better")
    return 0


# --- twins -------------------------------------------------------------------

def run_twins(tools: Tools, options: argparse.Namespace) -> int:
    """All forms of a probe, run once each on the same kernel objects."""
    require(tools.clang, tools.bpftool)
    made = compiled(tools, objects.probes(options.only),
                    [*C_FORMS, *objects.lisp_forms(tools)])
    if not may_load(tools, made[-1]):
        raise Lacking("this user may not load programs")
    records = list(runner.records(
        options.runner, "values",
        runner.plan(made, bases=str(objects.compile_aid(tools, "bases"))),
        progress))
    progress.end()
    wrong, first = 0, ""
    for found in records:
        if found["kind"] == "error":
            wrong += 1
            print(f"{found['probe']}: {found['what']}")
        elif found["form"] == made[0].name:
            first = found["seen"]
        elif not found["same"]:
            wrong += 1
            print(f"{found['probe']}: {found['form']} does something else "
                  f"than {made[0].name}\n  {found['seen']}\n  {first}")
    print(f"twins: {len(records)} forms run, {wrong} different")
    return 1 if wrong else 0


# --- measuring ---------------------------------------------------------------

def grid_records(options: argparse.Namespace) -> list[dict]:
    """What the kernel matrix found, as records."""
    path = options.grid
    if options.matrix:
        path = options.out / "grid.jsonl"
        progress.stage("matrix")
        subprocess.run([str(ROOT / "dev"), "matrix", "--json", str(path)],
                       check=False, stdout=sys.stderr)
    if not path:
        return []
    try:
        lines = [json.loads(line) for line in path.read_text().splitlines()]
    except (OSError, ValueError) as error:
        raise Failed(f"{path}: {error}") from error
    return [{**line, "kind": "grid"} for line in lines
            if line.get("kind") == "program"]


def select(tools: Tools,
           options: argparse.Namespace) -> tuple[list[str], list[str]]:
    """The probes and forms to be measured."""
    names = objects.probes(options.only)
    if options.quick and not options.only:
        names = [name for name in names if re.fullmatch(r"k\d", name)]
    forms = [*C_FORMS, *objects.lisp_forms(tools)]
    unknown = set(options.forms or ()) - set(forms)
    if unknown:
        raise Failed(f"no form `{sorted(unknown)[0]}`; there are "
                     + " ".join(forms))
    # Everything is told in relation to clang.
    wanted = {*options.forms, "c-core"} if options.forms else set(forms)
    return names, [form for form in forms if form in wanted]


def compile_records(tools: Tools, options: argparse.Namespace,
                    names: list[str], forms: list[str], settings: dict
                    ) -> Iterator[dict]:
    """How long compiling takes."""
    some = names[:QUICK_COMPILES] if options.quick else names
    ours = [form for form in forms if form not in C_FORMS]
    try:
        yield from compile_times.processes(
            tools, some, forms, settings["processes"], progress)
        if ours:
            yield from compile_times.in_process(
                options.compile_bench, some, ours, settings["in_process_s"],
                progress)
    except Failed as error:  # what was measured before is not lost
        yield {"kind": "error", "what": str(error)}


def measure(tools: Tools, options: argparse.Namespace,
            records: list[dict]) -> None:
    """Everything, added to `records` as it is measured."""
    require(tools.clang, tools.bpftool)
    settings = QUICK if options.quick else FULL
    names, forms = select(tools, options)
    records.append(record.about(tools, ROOT, options.quick))
    records += grid_records(options)
    made = compiled(tools, names, forms)
    if not may_load(tools, made[-1]):
        raise Lacking("this user may not load programs")
    plan = runner.plan(
        made, bases=str(objects.compile_aid(tools, "bases")),
        baseline=str(objects.compile_aid(tools, "baseline")),
        samples=settings["samples"], placements=settings["placements"],
        loads=settings["loads"])
    # A probe that does something else than its twin is not worth timing.
    modes = ("values", "counts") if options.no_times else (
        "values", "counts", "times")
    for mode in modes:
        records.extend(runner.records(options.runner, mode, plan, progress))
    if not options.no_times:
        records.extend(compile_records(tools, options, names, forms, settings))
    progress.end()
    records += [{"kind": "stage", "stage": stage, "seconds": round(took, 1)}
                for stage, took in progress.took.items()]
    records[0]["complete"] = True


def failures(measured: record.Record) -> list[str]:
    """What makes a measurement fail."""
    lines = [f"{found.get('probe', '')}: "
             f"{found.get('what') or found.get('error')}"
             for found in measured.errors]
    lines += [f"{probe}: {form} does something else than the first form"
              for (probe, form), found in measured.values.items()
              if not found["same"]]
    lines += [f"{probe}: {form} is not accepted: {found.get('reason')}"
              for (probe, form), found in measured.counts.items()
              if not found.get("accepted", True)]
    return lines


def write_reports(options: argparse.Namespace,
                  measured: record.Record) -> None:
    """The page and the summary, and where they are."""
    options.out.mkdir(parents=True, exist_ok=True)
    for name, text in (("report.html", report.html(measured)),
                       ("summary.md", summary.markdown(measured))):
        (options.out / name).write_text(text)
        print(f"wrote {options.out / name}")
    if options.readme:
        summary.put_into(options.readme, measured)
        print(f"wrote {options.readme}")


def run_compare(old: record.Record, new: record.Record) -> int:
    changes = compare.compare(old, new)
    for title, lines in (("note", changes.notes),
                         ("changed", changes.other),
                         ("better", changes.better_counts),
                         ("worse", changes.worse_counts)):
        for line in lines:
            print(f"{title}: {line}")
    print(f"compare: {len(changes.worse_counts)} counts worse, "
          f"{len(changes.better_counts)} better, {len(changes.other)} other "
          "changes beyond noise")
    return 1 if changes.worse_counts else 0


def save(folder: Path, records: list[dict]) -> None:
    """Writes what was measured. A run that was cut short leaves the record of
    the last whole one alone."""
    if len(records) < 2:
        return
    name = "bench.jsonl" if records[0]["complete"] else "partial.jsonl"
    record.write(folder / name, records)
    print(f"wrote {folder / name}")


def run_measure(tools: Tools, options: argparse.Namespace) -> int:
    """Measures, reports, and compares when asked."""
    old = record.read(options.compare) if options.compare else None
    if old and options.against:
        return run_compare(old, record.read(options.against))
    options.out.mkdir(parents=True, exist_ok=True)
    records: list[dict] = []
    try:
        measure(tools, options, records)
    finally:
        progress.end()
        save(options.out, records)
    measured = record.sort(records)
    write_reports(options, measured)
    print(summary.markdown(measured))
    for line in summary.promises(measured):
        print(line)
    wrong = failures(measured)
    for line in wrong:
        print(f"failed: {line}")
    worse = run_compare(old, measured) if old else 0
    return 1 if wrong or worse else 0


def show(tools: Tools, options: argparse.Namespace) -> int:
    """The reports of an old record, perhaps with a grid."""
    measured = record.read(options.report)
    measured.grid += grid_records(options)
    write_reports(options, measured)
    for line in summary.promises(measured):
        print(line)
    return 0


def main() -> int:
    options = arguments()
    tools = Tools(options.whistler, options.out)
    action = (run_guard if options.guard else
              update_golden if options.update_golden else
              run_twins if options.twins else
              show if options.report else run_measure)
    try:
        return action(tools, options)
    except Lacking as error:
        progress.end()
        print(f"skipped: {error}")
        return SKIPPED if options.ctest else LACKING
    except Failed as error:
        progress.end()
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
