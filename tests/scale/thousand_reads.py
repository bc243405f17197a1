#!/usr/bin/env python3
"""Compiles the probes of shapes.py under every value of --kernel-reads, -O0 and
-O2, and loads them into the running kernel: each must be accepted. With --loader
each also runs, and must leave the values that `naive` leaves.
"""
from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

import shapes

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "matrix"))
import serial_lines  # noqa: E402
from judge import Column, judge  # noqa: E402

MODES = ("naive", "single", "fused", "direct", "portable")
LEVELS = (0, 2)
GOOD, BAD, NO_PERMISSION, SKIPPED = 0, 1, 3, 77


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("whistler", type=Path)
    add("--loader", type=Path, help="whistler_guest_loader of the matrix")
    add("--shapes", default=",".join(shapes.SHAPES), metavar="LIST",
        help="of %(default)s")
    add("--modes", default=",".join(MODES), metavar="LIST")
    add("--levels", default=",".join(map(str, LEVELS)), metavar="LIST")
    add("--keep", type=Path, metavar="FOLDER",
        help="leave sources and objects there")
    return parser.parse_args()


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compile_one(whistler: Path, source: Path, mode: str, level: str
                ) -> tuple[Path, str, float]:
    """The object, named as the matrix' loader wants it; the first error, or
    ""; the CPU time."""
    target = source.with_name(f"{source.stem}.{mode}-v3-O{level}.bpf.o")
    before = cpu_seconds()
    done = subprocess.run(
        [str(whistler.resolve()), "compile", source.name, "-o", target.name,
         f"--kernel-reads={mode}", f"-O{level}"], cwd=source.parent,
        capture_output=True, text=True)
    error = "" if done.returncode == 0 else (done.stderr.splitlines()
                                             or ["exit status "
                                                 f"{done.returncode}"])[0]
    return target, error, cpu_seconds() - before


def verify(whistler: Path, target: Path) -> tuple[int, int, str]:
    """Exit status, instructions after load, the first refusal."""
    done = subprocess.run([str(whistler), "verify", "--json", str(target)],
                          capture_output=True, text=True)
    if done.returncode not in (GOOD, BAD) or not done.stdout:
        return done.returncode, 0, done.stderr.strip()
    programs = json.loads(done.stdout)[0]["programs"]
    refused = [f"{one['name']}: {one['reason']}" for one in programs
               if not one["accepted"]]
    return (done.returncode, sum(one["loaded_instructions"] for one in programs),
            refused[0] if refused else "")


def differences(loader: Path, targets: list[Path]) -> list[str]:
    """Runs the objects and says whose values are not those of `naive`."""
    done = subprocess.run([str(loader), *map(str, targets)],
                          capture_output=True, text=True)
    report = serial_lines.parse(done.stdout)
    problems = judge([Column("host", report=report, is_host=True)]).problems
    complaint = serial_lines.complaint(report)
    return problems + ([complaint] if complaint else [])


def try_all(options: argparse.Namespace, folder: Path) -> int:
    problems, loaded = [], []
    may_load = True
    sources = shapes.write_all(folder, options.shapes.split(","))
    for source, mode, level in product(sources, options.modes.split(","),
                                       options.levels.split(",")):
        target, error, took = compile_one(options.whistler, source, mode,
                                          level)
        instructions = 0
        if not error and may_load:
            status, instructions, error = verify(options.whistler, target)
            if status == NO_PERMISSION:
                may_load, error = False, ""
        name = f"{source.stem} {mode} -O{level}"
        print(f"{name:36} {took:6.2f} s {instructions:6} instructions  "
              f"{error}".rstrip(), flush=True)
        if error:
            problems.append(f"{name}: {error}")
        elif may_load:
            loaded.append(target)
    if options.loader and loaded:
        problems += differences(options.loader, loaded)
    for problem in problems:
        print(f"problem: {problem}")
    if problems:
        return BAD
    return GOOD if may_load else SKIPPED


def main() -> int:
    options = arguments()
    if not Path("/sys/kernel/btf/vmlinux").is_file():
        print("skipped: no kernel BTF")
        return SKIPPED
    if options.keep:
        return try_all(options, options.keep.resolve())
    with tempfile.TemporaryDirectory(prefix="whistler-scale-") as folder:
        return try_all(options, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
