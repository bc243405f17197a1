"""What compiling costs: a process of `whistler` and one of clang on the same
probe, cold and warm, and a compilation inside a running process."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from pathlib import Path

from .objects import (C_FORMS, PROBES, TWINS, Failed, Tools, clang_command,
                      options, run, vmlinux)

# The form of the twin that clang is timed on.
CLANG_FORM = "c-core"


def forget(path: Path) -> None:
    """Asks the kernel to drop a file from its page cache. Pages that another
    process has mapped stay."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def libraries(program: str) -> list[Path]:
    """The shared libraries of a program."""
    done = subprocess.run(["ldd", program], capture_output=True, text=True,
                          check=False)
    return [Path(word) for line in done.stdout.splitlines()
            for word in line.split() if word.startswith("/")]


def timed(command: list[str]) -> dict:
    """One process: wall and processor milliseconds, peak kilobytes."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"{' '.join(command)}: status {process.returncode}")
    return {"wall_ms": wall * 1000,
            "cpu_ms": (usage.ru_utime + usage.ru_stime) * 1000,
            "peak_kb": usage.ru_maxrss}


def series(command: list[str], files: list[Path], rounds: int) -> dict:
    """Cold is the first process after its files were dropped from the page
    cache; warm is the median of the ones after it."""
    for path in files:
        forget(path)
    cold = timed(command)
    warm = [timed(command) for _ in range(rounds)]
    walls = [sample["wall_ms"] for sample in warm]
    return {
        "cold_ms": cold["wall_ms"],
        "warm_ms": statistics.median(walls),
        "warm_low_ms": min(walls),
        "cpu_ms": statistics.median(sample["cpu_ms"] for sample in warm),
        "peak_kb": max(sample["peak_kb"] for sample in warm),
        "processes": rounds,
    }


def processes(tools: Tools, names: list[str], mode: str, rounds: int,
              progress) -> list[dict]:
    """Both compilers on each probe."""
    out = str(tools.out / "timed.bpf.o")
    compiler = run("which", tools.clang).strip()
    ours = [tools.whistler, *libraries(str(tools.whistler)),
            Path("/sys/kernel/btf/vmlinux")]
    theirs = [Path(compiler), *libraries(compiler),
              vmlinux(tools) / "vmlinux.h"]
    records = []
    for name in names:
        source, twin = PROBES / f"{name}.lisp", TWINS / f"{name}.bpf.c"
        progress(f"timing compilers {name}")
        commands = {
            mode: ([str(tools.whistler), "compile", str(source), "-o", out,
                    *options(mode)], [source, *ours]),
            CLANG_FORM: (clang_command(tools, twin, Path(out),
                                       f"-DFORM={C_FORMS[CLANG_FORM]}"),
                         [twin, *theirs]),
        }
        for form, (command, files) in commands.items():
            records.append({"kind": "compile", "probe": name, "form": form,
                            **series(command, files, rounds)})
    return records


def in_process(bench: Path, names: list[str], mode: str,
               quick: bool) -> list[dict]:
    """Google Benchmark's figures for compiling with the BTF at hand."""
    wanted = "|".join(names)
    text = run(bench, f"--benchmark_filter=^compile/({wanted})/{mode}$",
               f"--benchmark_min_time={0.02 if quick else 0.2}",
               "--benchmark_format=json")
    try:
        results = json.loads(text)["benchmarks"]
    except ValueError as error:  # it prints nothing when nothing matches
        raise Failed(f"{bench} knows no compilation with {mode}") from error
    records = []
    for found in results:
        if found.get("error_occurred"):
            raise Failed(f"{found['name']}: {found['error_message']}")
        _, probe, form = found["name"].split("/")[:3]
        records.append({"kind": "compile-in-process", "probe": probe,
                        "form": form, "ms": found["real_time"],
                        "cpu_ms": found["cpu_time"]})
    return records
