"""What compiling costs: a process of `whistler` and one of clang on the same
probe, cold and warm, and a compilation inside a running process."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from .objects import (C_FORMS, PROBES, TWINS, Failed, Tools, clang_command,
                      options, run, vmlinux)

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


def command_of(tools: Tools, probe: str, form: str, out: str) -> list[str]:
    """What compiles a form of a probe."""
    if form in C_FORMS:
        return clang_command(tools, TWINS / f"{probe}.bpf.c", Path(out),
                             f"-DFORM={C_FORMS[form]}")
    return [str(tools.whistler), "compile", str(PROBES / f"{probe}.lisp"),
            "-o", out, *options(form)]


def inputs(tools: Tools) -> dict[bool, list[Path]]:
    """The files that a compiler reads besides the source, clang's and ours."""
    clang = run("which", tools.clang).strip()
    return {True: [Path(clang), *libraries(clang),
                   vmlinux(tools) / "vmlinux.h"],
            False: [tools.whistler, *libraries(str(tools.whistler)),
                    Path("/sys/kernel/btf/vmlinux")]}


def processes(tools: Tools, names: list[str], forms: list[str], rounds: int,
              progress) -> Iterator[dict]:
    """Each form of each probe by a process of its compiler."""
    out = str(tools.out / "timed.bpf.o")
    files = inputs(tools)
    for name in names:
        for form in forms:
            progress(f"compilers {name} {form}")
            found = series(command_of(tools, name, form, out),
                           files[form in C_FORMS], rounds)
            yield {"kind": "compile", "probe": name, "form": form, **found}


def in_process(bench: Path, names: list[str], forms: list[str], seconds: float,
               progress) -> Iterator[dict]:
    """Google Benchmark's figures for compiling with the BTF at hand."""
    for name in names:
        progress(f"in-process {name}")
        text = run(bench,
                   f"--benchmark_filter=^compile/{name}/({'|'.join(forms)})$",
                   f"--benchmark_min_time={seconds}",
                   "--benchmark_format=json")
        try:
            results = json.loads(text)["benchmarks"]
        except ValueError as error:  # it prints nothing when nothing matches
            raise Failed(f"{bench} knows no compilation of {name}") from error
        for found in results:
            if found.get("error_occurred"):
                raise Failed(f"{found['name']}: {found['error_message']}")
            _, probe, form = found["name"].split("/")[:3]
            yield {"kind": "compile-in-process", "probe": probe, "form": form,
                   "ms": found["real_time"], "cpu_ms": found["cpu_time"]}
