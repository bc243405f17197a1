#!/usr/bin/env python3
"""The kernel matrix: loads BPF objects on Debian's kernels and this one.

Fetches the kernels (once a week), boots each under QEMU with a static loader
as /init, and prints a grid of instruction counts, reads, compared values and
fired probes.

exit status: 0 every program was accepted with equal values; 1 a rejection, a
mismatch or a guest that failed; 2 wrong usage; 3 no kernel could run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grid
import guest
import kernels
import objects
import serial_lines

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
QUICK = ["5.10", "7"]
SOURCES = ("examples", "bench/probes", "tests/kernel/programs")
GOOD, BAD, USAGE, NOTHING_RAN = 0, 1, 2, 3


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--kernels", default=",".join(kernels.DEFAULT), metavar="LINES",
        help="kernel lines, comma-separated, \"\" for none "
             "(default %(default)s)")
    add("--quick", action="store_true",
        help=f"only the kernels {' and '.join(QUICK)}")
    add("--objects", nargs="+", type=Path, default=[], metavar="PATH",
        help="object files, or folders of *.bpf.o")
    add("--whistler", type=Path, help="compile --sources with this compiler")
    add("--sources", nargs="+", type=Path, metavar="FILE",
        help=f"probes to compile (default: those in {', '.join(SOURCES)})")
    add("--modes", default="naive,single,fused",
        help="values of --kernel-reads to compile with (default %(default)s)")
    add("--loader", type=Path,
        default=BUILD / "tests" / "matrix" / "whistler_guest_loader",
        help="the static loader (default: the release build's)")
    add("--no-host", action="store_true", help="leave out this machine")
    add("--refresh", action="store_true",
        help="ask the archive for newer kernels now")
    add("--fetch-only", action="store_true",
        help="only fetch the kernels and say where they are")
    add("--timeout", type=float, default=150, metavar="SECONDS",
        help="for one guest (default %(default)s)")
    add("--jobs", type=int, default=min(2, os.cpu_count() or 1),
        help="guests at a time (default %(default)s)")
    add("--json", type=Path, metavar="FILE", help="write all results there")
    return parser.parse_args()


def wanted_lines(options: argparse.Namespace) -> list[str]:
    """Kernel lines to run; 7.x is another way to write 7."""
    if options.quick:
        return QUICK
    names = [name.strip() for name in options.kernels.split(",")]
    return [name.removesuffix(".x") for name in names if name]


def run_guest(line: str, ramdisk: bytes, options: argparse.Namespace
              ) -> grid.Column:
    """Fetches and boots one kernel."""
    column = grid.Column(line)
    try:
        kernel, remark = kernels.provide(line, options.refresh)
    except kernels.Unavailable as error:
        column.skipped = str(error)
        return column
    if remark:
        print(f"{line}: {remark}", file=sys.stderr)
    column.title = kernel.version
    start = time.monotonic()
    try:
        text = guest.boot(kernel.vmlinux, ramdisk, options.timeout)
    except guest.GuestFailure as error:
        column.failed = str(error)
        return column
    column.seconds = time.monotonic() - start
    column.report = serial_lines.parse(text)
    column.failed = serial_lines.complaint(column.report)
    return column


def run_host(files: list[Path], options: argparse.Namespace) -> grid.Column:
    """Loads the objects into the running kernel, attaching nothing."""
    column = grid.Column(f"host {os.uname().release}", is_host=True)
    start = time.monotonic()
    try:
        done = subprocess.run([str(options.loader), *map(str, files)],
                              capture_output=True, timeout=options.timeout)
    except (OSError, subprocess.TimeoutExpired) as error:
        column.failed = str(error)
        return column
    column.seconds = time.monotonic() - start
    report = serial_lines.parse(done.stdout.decode(errors="replace"))
    denied = [record.get("errno") == grid.EPERM for record in report.programs]
    if denied and all(denied):
        column.skipped = "this user may not load programs here"
        return column
    column.report = report
    column.failed = serial_lines.complaint(report)
    return column


def run_all(files: list[Path], options: argparse.Namespace
            ) -> list[grid.Column]:
    """Every kernel, a few at a time, in the order asked for."""
    lines = wanted_lines(options)
    columns: list[grid.Column] = []
    missing = guest.qemu_missing()
    if missing:
        columns = [grid.Column(line, skipped=missing) for line in lines]
    elif lines:
        ramdisk = guest.base_archive(options.loader) + guest.job_archive(files)
        with ThreadPoolExecutor(max(1, options.jobs)) as pool:
            columns = list(pool.map(
                lambda line: run_guest(line, ramdisk, options), lines))
    if not options.no_host:
        columns.append(run_host(files, options))
    return columns


def gather(options: argparse.Namespace, folder: Path) -> objects.Objects:
    """The objects to load, compiled first where sources are given."""
    found = objects.collect(options.objects)
    if options.whistler:
        sources = options.sources
        if sources is None and not options.objects:
            sources = [source for folder_name in SOURCES
                       for source in sorted((ROOT / folder_name).glob("*.lisp"))]
        modes = [mode for mode in options.modes.split(",") if mode]
        built = objects.compile_all(options.whistler, sources or [], modes,
                                    folder)
        found.files += built.files
        found.problems += built.problems
    return found


def write_json(path: Path, judgement: grid.Judgement) -> None:
    """All results, for other programs."""
    kernels_said = [
        {"kernel": column.title, "skipped": column.skipped,
         "failed": column.failed, "seconds": round(column.seconds, 1),
         "release": column.report.release if column.report else "",
         "programs": column.report.programs if column.report else []}
        for column in judgement.columns]
    path.write_text(json.dumps({"kernels": kernels_said,
                                "problems": judgement.problems}, indent=1))


def closing_line(judgement: grid.Judgement) -> str:
    """One line that says how it went."""
    ran = [column for column in judgement.columns if column.report]
    count = len(judgement.problems)
    verdict = f"{count} problems" if count else "no problems"
    if not ran:
        return "matrix: no kernel could run" + (f", {verdict}" if count else "")
    took = ", ".join(f"{column.title} {column.seconds:.1f} s"
                     for column in ran)
    return (f"matrix: {len(judgement.rows)} programs on {len(ran)} kernels "
            f"({took}): {verdict}")


def exit_status(judgement: grid.Judgement, asked: list[str]) -> int:
    """The host alone is no matrix when other kernels were asked for."""
    if judgement.problems:
        return BAD
    ran = any(column.report and (not asked or not column.is_host)
              for column in judgement.columns)
    return GOOD if ran else NOTHING_RAN


def fetch_only(options: argparse.Namespace) -> int:
    """Fills the cache and lists it."""
    status = NOTHING_RAN
    for line in wanted_lines(options):
        try:
            kernel, remark = kernels.provide(line, options.refresh)
            print(f"{line}: {kernel.version} in {kernel.vmlinux.parent} "
                  f"{remark}".rstrip())
            status = GOOD
        except kernels.Unavailable as error:
            print(f"skipped: {line}: {error}")
    return status


def main() -> int:
    options = arguments()
    if options.fetch_only:
        return fetch_only(options)
    if not options.loader.is_file():
        print(f"no loader {options.loader}: build the target "
              "whistler_guest_loader (it needs the static libraries of "
              "libbpf, libelf and zlib)", file=sys.stderr)
        return NOTHING_RAN
    with tempfile.TemporaryDirectory(prefix="whistler-matrix-") as folder:
        found = gather(options, Path(folder))
        if not found.files:
            print("\n".join(found.problems) or "nothing to load: give "
                  "--objects, or --whistler with --sources", file=sys.stderr)
            return BAD if found.problems else USAGE
        judgement = grid.judge(run_all(found.files, options))
    judgement.problems = found.problems + judgement.problems
    print(grid.render(judgement))
    for problem in judgement.problems:
        print(f"problem: {problem}")
    print(closing_line(judgement))
    if options.json:
        write_json(options.json, judgement)
    return exit_status(judgement, wanted_lines(options))


if __name__ == "__main__":
    sys.exit(main())
