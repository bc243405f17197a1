#!/usr/bin/env python3
"""Measures the probe suite; `./dev bench` builds what it needs and calls it.

  ./dev bench                     everything, with a report in build/bench
  ./dev bench --guard             counts against bench/golden/counts.txt
  ./dev bench --update-golden     writes that file (--reason when worse)
  ./dev bench --twins             do all forms of each probe do the same?

Exit status: 0 done, 1 something got worse or differs, 2 wrong usage, 3 the
machine lacks something (77 in place of 3 with --ctest)."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from driver import guard, objects, runner
from driver.objects import C_FORMS, Failed, Tools

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "release"
GOLDEN = ROOT / "bench" / "golden" / "counts.txt"
LACKING, SKIPPED = 3, 77


class Lacking(Exception):
    """The machine lacks something that was asked for."""


def progress(text: str) -> None:
    """One line on stderr that the next one replaces."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def done_with_progress() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--guard", action="store_true",
                      help="compare counts with the golden file")
    what.add_argument("--update-golden", action="store_true",
                      help="write the golden file")
    what.add_argument("--twins", action="store_true",
                      help="run all forms and compare what they do")
    parser.add_argument("--reason", default="",
                        help="why counts got worse, for --update-golden")
    parser.add_argument("--only", nargs="+", metavar="PROBE",
                        help="these probes alone")
    parser.add_argument("--whistler", type=Path,
                        default=BUILD / "compiler" / "tools" / "whistler")
    parser.add_argument("--runner", type=Path,
                        default=BUILD / "bench" / "whistler_probe_runner")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench",
                        help="folder for objects and reports")
    parser.add_argument("--ctest", action="store_true",
                        help=argparse.SUPPRESS)
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
    done_with_progress()
    if failures:
        raise Failed("\n".join(failures))
    return made


# --- counts ------------------------------------------------------------------

def count(tools: Tools, options: argparse.Namespace) -> guard.Counts:
    """The counts of the suite, without the twins."""
    made = compiled(tools, objects.probes(options.only),
                    objects.lisp_forms(tools))
    loads = 1 if may_load(tools, made[0]) else 0
    if not loads:
        print("skipped: counts after loading: this user may not load programs")
    records = runner.records(options.runner, "counts",
                             runner.plan(made, loads=loads), progress)
    done_with_progress()
    for record in records:
        if "error" in record or not record.get("accepted", True):
            raise Failed(f"{record['probe']}, {record['form']}: "
                         f"{record.get('error') or record['reason']}")
    return guard.counts_of(records)


def run_guard(tools: Tools, options: argparse.Namespace) -> int:
    golden = guard.read(GOLDEN)
    now = count(tools, options)
    found = guard.compare(golden, now, guard.kernel())
    if golden.kernel != guard.kernel():
        print(f"skipped: counts that depend on the kernel's layout: the file "
              f"is of {golden.kernel}, this is {guard.kernel()}")
    for title, lines in (("better", found.better), ("new", found.new),
                         ("worse", found.worse)):
        for line in lines:
            print(f"{title}: {line}")
    if found.better or found.new:
        print("note: ./dev bench --update-golden records what got better")
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
    records = runner.records(
        options.runner, "values",
        runner.plan(made, bases=str(objects.compile_aid(tools, "bases"))),
        progress)
    done_with_progress()
    wrong = 0
    first = ""
    for record in records:
        if record["kind"] == "error":
            wrong += 1
            print(f"{record['probe']}: {record['what']}")
        elif record["form"] == made[0].name:
            first = record["seen"]
        elif not record["same"]:
            wrong += 1
            print(f"{record['probe']}: {record['form']} does something else "
                  f"than {made[0].name}\n  {record['seen']}\n  {first}")
    print(f"twins: {len(records)} forms run, {wrong} different")
    return 1 if wrong else 0


def main() -> int:
    options = arguments()
    tools = Tools(options.whistler, options.out)
    action = (run_guard if options.guard else
              update_golden if options.update_golden else run_twins)
    try:
        return action(tools, options)
    except Lacking as error:
        print(f"skipped: {error}")
        return SKIPPED if options.ctest else LACKING
    except Failed as error:
        done_with_progress()
        print(f"bench: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
