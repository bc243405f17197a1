#!/usr/bin/env python3
"""The kernel matrix: loads BPF objects on Debian's kernels and this one.

Compiles every example and probe in every variant, fetches the kernels (once a
week), boots each under QEMU with a static loader as /init, and prints who
accepted what, and what the programs did there.

exit status: 0 every program was accepted with equal values; 1 a rejection, a
mismatch or a guest that failed; 2 wrong usage; 3 no kernel could run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grid
import guest
import kernels
import objects
import serial_lines
import variants
from judge import EPERM, Column, Judgement, judge

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
QUICK = ["5.10", "7"]
SOURCES = ("examples", "bench/probes")
RANDOM, QUICK_RANDOM, SEED = 20, 4, 20261125
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
    add("--random", type=int, metavar="COUNT",
        help="as many random programs too, for one instruction set (default: "
             f"{RANDOM}, with --quick {QUICK_RANDOM}, with --sources or "
             "--objects none)")
    add("--seed", type=int, default=SEED, metavar="N",
        help="of the random programs (default %(default)s)")
    add("--generator", type=Path,
        default=BUILD / "tests" / "kernel" / "whistler_random_sources",
        help="of the random programs (default: the release build's)")
    add("--modes", metavar="LIST",
        help="values of --kernel-reads (default: all that the compiler has)")
    add("--mcpu", metavar="LIST", help="instruction sets (default: "
        f"{','.join(variants.CPUS)}; with --quick {variants.USUAL_CPU})")
    add("--levels", metavar="LIST",
        help="optimization levels (default: 2,0; with --quick 2)")
    add("--detail", action="store_true",
        help="also instructions and reads of each program and mode")
    add("--loader", type=Path,
        default=BUILD / "tests" / "matrix" / "whistler_guest_loader",
        help="the static loader (default: the release build's)")
    add("--no-host", action="store_true", help="leave out this machine")
    add("--refresh", action="store_true",
        help="ask the archive for newer kernels now")
    add("--fetch-only", action="store_true",
        help="only fetch the kernels and say where they are")
    add("--timeout", type=float, default=600, metavar="SECONDS",
        help="for one guest (default %(default)s)")
    add("--jobs", type=int, default=min(2, os.cpu_count() or 1),
        help="guests at a time (default %(default)s)")
    add("--json", type=Path, metavar="FILE",
        help="write all results there, one JSON object a line")
    return parser.parse_args()


def wanted_lines(options: argparse.Namespace) -> list[str]:
    """Kernel lines to run; 7.x is another way to write 7."""
    if options.quick:
        return QUICK
    names = [name.strip() for name in options.kernels.split(",")]
    return [name.removesuffix(".x") for name in names if name]


def fit(made: objects.Objects, column: Column) -> list[Path]:
    """The objects that a kernel may be able to take; notes the others."""
    chosen = []
    for path in made.files:
        name, _, mode = path.name.removesuffix(".bpf.o").rpartition(".")
        cpu = variants.parse(mode).cpu
        if column.version < variants.CPU_NEEDS.get(cpu, (0, 0)):
            column.unfit.append((name, mode))
        else:
            chosen.append(path)
    return chosen


def run_guest(line: str, base: bytes, made: objects.Objects,
              options: argparse.Namespace) -> Column:
    """Fetches and boots one kernel."""
    column = Column(line)
    try:
        kernel, remark = kernels.provide(line, options.refresh)
    except kernels.Unavailable as error:
        column.skipped = str(error)
        return column
    if remark:
        print(f"{line}: {remark}", file=sys.stderr)
    column.title = kernel.version
    ramdisk = base + guest.job_archive(fit(made, column))
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


def run_host(made: objects.Objects, options: argparse.Namespace) -> Column:
    """Loads the objects into the running kernel. Of what attaches, only
    scenarios are played: they filter on their own process."""
    column = Column(f"host {os.uname().release}", is_host=True)
    start = time.monotonic()
    try:
        done = subprocess.run(
            [str(options.loader), "--scenarios",
             *map(str, fit(made, column))],
            capture_output=True, timeout=options.timeout)
    except (OSError, subprocess.TimeoutExpired) as error:
        column.failed = str(error)
        return column
    column.seconds = time.monotonic() - start
    report = serial_lines.parse(done.stdout.decode(errors="replace"))
    denied = [record.get("errno") == EPERM for record in report.programs]
    if denied and all(denied):
        column.skipped = "this user may not load programs here"
        return column
    column.report = report
    column.failed = serial_lines.complaint(report)
    return column


def run_all(made: objects.Objects, options: argparse.Namespace
            ) -> list[Column]:
    """Every kernel, a few at a time, in the order asked for."""
    lines = wanted_lines(options)
    columns: list[Column] = []
    missing = guest.qemu_missing()
    if missing:
        columns = [Column(line, skipped=missing) for line in lines]
    elif lines:
        base = guest.base_archive(options.loader)
        with ThreadPoolExecutor(max(1, options.jobs)) as pool:
            columns = list(pool.map(
                lambda line: run_guest(line, base, made, options), lines))
    if not options.no_host:
        columns.append(run_host(made, options))
    return columns


def wanted_variants(options: argparse.Namespace) -> list[variants.Variant]:
    """The product of --modes, --mcpu and --levels."""
    def choose(given: str | None, full: list[str], quick: list[str]
               ) -> list[str]:
        if given is not None:
            return [one for one in given.split(",") if one]
        return quick if options.quick else full
    reads = (options.modes.split(",") if options.modes
             else variants.known_reads(options.whistler))
    cpus = choose(options.mcpu, list(variants.CPUS), [variants.USUAL_CPU])
    levels = choose(options.levels, [str(one) for one in variants.LEVELS],
                    ["2"])
    return variants.grid(reads, cpus, [int(one) for one in levels])


def random_objects(options: argparse.Namespace, folder: Path
                   ) -> objects.Objects:
    """Random programs; what they do must not depend on the variant."""
    count = options.random
    if count is None:
        usual = options.sources is None and not options.objects
        count = (QUICK_RANDOM if options.quick else RANDOM) if usual else 0
    if count <= 0:
        return objects.Objects()
    try:
        sources = objects.random_sources(options.generator, options.seed,
                                         count, folder / "random-sources")
    except (OSError, subprocess.SubprocessError) as error:
        return objects.Objects(problems=[f"no random programs: {error}"])
    chosen = wanted_variants(options)
    chosen = [one for one in chosen if one.cpu == chosen[0].cpu]
    out = folder / "random"
    out.mkdir()
    return objects.compile_all(options.whistler, sources, chosen, out)


def gather(options: argparse.Namespace, folder: Path) -> objects.Objects:
    """The objects to load, compiled first where sources are given."""
    found = objects.collect(options.objects)
    if options.whistler:
        sources = options.sources
        if sources is None and not options.objects:
            sources = [source for folder_name in SOURCES
                       for source in sorted((ROOT / folder_name).glob("*.lisp"))]
        found.add(objects.compile_all(options.whistler, sources or [],
                                      wanted_variants(options), folder))
        found.add(random_objects(options, folder))
    return found


def closing_line(judgement: Judgement, seconds: float) -> str:
    """One line that says how it went."""
    ran = [column for column in judgement.columns if column.report]
    count = len(judgement.problems)
    verdict = f"{count} problems" if count else "no problems"
    if not ran:
        return "matrix: no kernel could run" + (f", {verdict}" if count else "")
    cells = judgement.cells
    tally = Counter(cell.verdict for cell in cells)
    programs = {(cell.object, cell.program) for cell in cells if cell.program}
    took = ", ".join(f"{column.title} {column.seconds:.1f} s"
                     for column in ran)
    return (f"matrix: {len(programs)} programs in "
            f"{len({cell.variant for cell in cells})} variants on {len(ran)} "
            f"kernels: {len(cells)} loads, {tally['accepted']} accepted, "
            f"{tally['excused'] + tally['not permitted']} with a reason of "
            f"the kernel's; {verdict} ({took}; {seconds:.1f} s in all)")


def exit_status(judgement: Judgement, asked: list[str]) -> int:
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
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="whistler-matrix-") as folder:
        try:
            made = gather(options, Path(folder))
        except LookupError as error:
            print(error, file=sys.stderr)
            return USAGE
        if not made.files:
            print("\n".join(made.problems) or "nothing to load: give "
                  "--objects, or --whistler with --sources", file=sys.stderr)
            return BAD if made.problems else USAGE
        print(f"compiled in {time.monotonic() - start:.1f} s: "
              f"{sum(map(len, made.twins.values()))} objects, "
              f"{len(made.files)} of them different", file=sys.stderr)
        judgement = judge(run_all(made, options), made)
    judgement.problems = made.problems + judgement.problems
    print(grid.render(judgement, options.detail))
    for problem in judgement.problems:
        print(f"problem: {problem}")
    print(closing_line(judgement, time.monotonic() - start))
    if options.json:
        with options.json.open("w") as file:
            grid.write_json(judgement, file)
    return exit_status(judgement, wanted_lines(options))


if __name__ == "__main__":
    sys.exit(main())
