#!/usr/bin/env python3
"""Two real records and an interrupted one: does `--compare` see a count that got
worse, and is what an interrupt leaves a record? The worse compiler is the real
one behind a script that asks it for `naive` where `fused` is wanted."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from driver import record

SKIPPED, INTERRUPTED = 77, 130
BENCH = Path(__file__).with_name("bench.py")


def command(whistler: Path, runner: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, str(BENCH), "--only", "k1", "--forms", "fused",
            "--whistler", str(whistler), "--runner", str(runner), "--out",
            str(out), "--ctest", *more]


def expect(status: int, words: str, *arguments: str) -> None:
    """Runs the benchmarks; ends the test when they say something else."""
    done = subprocess.run(arguments, capture_output=True, text=True,
                          check=False)
    if done.returncode == SKIPPED:
        print(done.stdout)
        sys.exit(SKIPPED)
    if done.returncode != status or words not in done.stdout:
        sys.exit(f"{' '.join(arguments)}: status {done.returncode}, wanted "
                 f"{status} and `{words}`\n{done.stdout}{done.stderr}")


def worse_compiler(whistler: Path, folder: Path) -> Path:
    script = folder / "worse"
    script.write_text('#!/bin/bash\nexec '
                      f'{shlex.quote(str(whistler))} '
                      '"${@/--kernel-reads=fused/--kernel-reads=naive}"\n')
    script.chmod(0o755)
    return script


def interrupt(arguments: list[str]) -> None:
    """Interrupts a run, as a terminal does, when it begins to take times."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    for line in process.stderr:
        if line.split()[-1] == "times":
            os.killpg(process.pid, signal.SIGINT)
            break
    process.stderr.read()
    if process.wait() != INTERRUPTED:
        sys.exit(f"interrupted: status {process.returncode}, wanted "
                 f"{INTERRUPTED}")
    if left := running(process.pid):
        sys.exit(f"interrupted: still running: {' '.join(left)}")


def running(group: int) -> list[str]:
    """The processes of a group, which have some seconds to end."""
    for _ in range(50):
        done = subprocess.run(["ps", "-eo", "pgid=,stat=,args="],
                              capture_output=True, text=True, check=True)
        left = [arguments for line in done.stdout.splitlines()
                for pgid, state, arguments in [line.split(maxsplit=2)]
                if int(pgid) == group and not state.startswith("Z")]
        if not left:
            break
        time.sleep(0.2)
    return left


def main() -> None:
    whistler, runner, folder = (Path(one).resolve() for one in sys.argv[1:])
    old, new = folder / "old" / "bench.jsonl", folder / "new" / "bench.jsonl"
    expect(0, "wrote", *command(whistler, runner, old.parent, "--no-times"))
    worse = worse_compiler(whistler, folder)
    expect(1, "worse: k1 fused: executed reads",
           *command(worse, runner, new.parent, "--no-times", "--compare",
                    str(old)))
    expect(0, "better: k1 fused: executed reads",
           *command(whistler, runner, folder, "--compare", str(new),
                    "--against", str(old)))
    before = old.read_bytes()
    interrupt(command(whistler, runner, old.parent))
    partial = record.read(old.with_name("partial.jsonl"))
    if partial.about["complete"] or ("k1", "fused") not in partial.counts:
        sys.exit("partial.jsonl is not what was measured")
    if old.read_bytes() != before:
        sys.exit("the interrupt touched bench.jsonl")
    print("compare: two records, one interrupted")


if __name__ == "__main__":
    main()
