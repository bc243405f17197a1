"""The objects of the probe suite: every probe in every way of reading, and its
twin in C in three forms."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1]
PROBES = BENCH / "probes"
TWINS = PROBES / "c"
RUNNER_SOURCES = BENCH / "runner"

# The forms of the twins: name in the records, value of FORM.
C_FORMS = {"c-core": "FORM_CORE", "c-direct": "FORM_DIRECT",
           "c-fused": "FORM_FUSED"}
# Ways of reading from which the layout may be baked in, measured so too.
BAKED = ("fused",)
BAKED_SUFFIX = "-baked"
ARCHITECTURES = {"x86_64": "x86", "aarch64": "arm64"}


class Failed(Exception):
    """A command failed; the text says which and why."""


@dataclass(frozen=True)
class Form:
    """One object of one probe."""

    probe: str
    name: str      # "portable", "fused-baked", "c-core" …
    path: Path


@dataclass(frozen=True)
class Tools:
    """The programs that make the objects, and where they go."""

    whistler: Path
    out: Path
    clang: str = "clang-19"
    bpftool: str = "bpftool"


def run(*command: str | Path) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run([str(part) for part in command],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        text = (done.stderr or done.stdout).strip()
        raise Failed(f"{' '.join(str(part) for part in command)}\n{text}")
    return done.stdout


def probes(only: list[str] | None = None) -> list[str]:
    """Names of the suite's probes: k1 to k8 first."""
    names = sorted((path.stem for path in PROBES.glob("*.lisp")),
                   key=lambda name: (not re.fullmatch(r"k\d", name), name))
    unknown = set(only or ()) - set(names)
    if unknown:
        raise Failed(f"no probe `{sorted(unknown)[0]}` in {PROBES}; there are "
                     + " ".join(names))
    return [name for name in names if not only or name in only]


def program(probe: str) -> str:
    """The name that a probe's program has in an object."""
    return probe.replace("-", "_")


def modes(whistler: Path) -> list[str]:
    """The values of --kernel-reads, as the compiler's own help lists them."""
    text = run(whistler, "help", "compile")
    found = re.search(r"--kernel-reads[= ]([a-z|]+)", text)
    if not found:
        raise Failed("`whistler help compile` lists no values of "
                     "--kernel-reads")
    return found.group(1).split("|")


def options(mode: str) -> list[str]:
    """The command line of a way of reading."""
    if mode.endswith(BAKED_SUFFIX):
        return [f"--kernel-reads={mode.removesuffix(BAKED_SUFFIX)}",
                "--no-core"]
    return [f"--kernel-reads={mode}"]


def lisp_forms(tools: Tools) -> list[str]:
    """The ways of reading that are measured."""
    known = modes(tools.whistler)
    return known + [mode + BAKED_SUFFIX for mode in BAKED if mode in known]


def compile_probes(tools: Tools, names: list[str], mode: str) -> list[Form]:
    """Compiles probes in one way of reading, all in one process: the compiler
    writes an object beside its source, so the sources are linked to where the
    objects shall be."""
    folder = tools.out / mode
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "include").symlink_to(PROBES / "include")
    for name in names:
        (folder / f"{name}.lisp").symlink_to(PROBES / f"{name}.lisp")
    run(tools.whistler, "compile", *options(mode),
        *(folder / f"{name}.lisp" for name in names))
    return [Form(name, mode, folder / f"{name}.bpf.o") for name in names]


def vmlinux(tools: Tools) -> Path:
    """vmlinux.h of the running kernel, made once for each kernel."""
    folder = tools.out / f"vmlinux-{platform.release()}"
    header = folder / "vmlinux.h"
    if not header.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        text = run(tools.bpftool, "btf", "dump", "file",
                   "/sys/kernel/btf/vmlinux", "format", "c")
        partial = header.with_suffix(".partial")
        partial.write_text(text)
        partial.rename(header)
    return folder


def clang_command(tools: Tools, source: Path, path: Path,
                  *more: str) -> list[str]:
    """How a twin is compiled, as its author would."""
    architecture = ARCHITECTURES.get(platform.machine(), "x86")
    return [tools.clang, "-O2", "-g", "-mcpu=v3", "-target", "bpf",
            f"-D__TARGET_ARCH_{architecture}", "-Wall", "-Werror",
            "-Wno-address-of-packed-member", "-I", str(vmlinux(tools)),
            "-I", str(TWINS), *more, "-c", str(source), "-o", str(path)]


def compile_twin(tools: Tools, probe: str, form: str) -> Form:
    """Compiles the twin of one probe in one form; again only when changed."""
    source = TWINS / f"{probe}.bpf.c"
    path = tools.out / f"{probe}.{form}.bpf.o"
    if stale(path, source):
        run(*cache(), *clang_command(tools, source, path,
                                     f"-DFORM={C_FORMS[form]}"))
    return Form(probe, form, path)


def cache() -> list[str]:
    """ccache, where it is; never used for what is timed."""
    return ["ccache"] if shutil.which("ccache") else []


def stale(path: Path, source: Path) -> bool:
    """Is the object older than what it is made of?"""
    if not path.is_file():
        return True
    newest = max(source.stat().st_mtime, (TWINS / "twin.h").stat().st_mtime)
    return path.stat().st_mtime <= newest


def compile_aid(tools: Tools, name: str) -> Path:
    """The runner's own programs: `bases` and `baseline`."""
    source = RUNNER_SOURCES / f"{name}.bpf.c"
    path = tools.out / f"{name}.bpf.o"
    if stale(path, source):
        run(*cache(), *clang_command(tools, source, path))
    return path


def compile_suite(tools: Tools, names: list[str], forms: list[str],
                  progress) -> tuple[list[Form], list[str]]:
    """All objects, as many at once as there are processors; what failed is
    told, one text each."""
    progress.stage("compiling")
    tools.out.mkdir(parents=True, exist_ok=True)
    if any(form in C_FORMS for form in forms):
        vmlinux(tools)
    jobs = [lambda mode=form: compile_probes(tools, names, mode)
            for form in forms if form not in C_FORMS]
    jobs += [lambda probe=probe, form=form: [compile_twin(tools, probe, form)]
             for probe in names for form in forms if form in C_FORMS]
    made: list[Form] = []
    failures: list[str] = []

    def one(job) -> list[Form]:
        try:
            return job()
        except Failed as error:
            failures.append(str(error))
            return []

    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        for done, result in enumerate(pool.map(one, jobs), 1):
            made += result
            progress(f"compiling {done}/{len(jobs)}")
    finally:  # an interrupted run starts no more compilers
        pool.shutdown(cancel_futures=True)
    order = {form: place for place, form in enumerate(forms)}
    made.sort(key=lambda form: (names.index(form.probe), order[form.name]))
    return made, failures
