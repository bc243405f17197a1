"""The objects of a run: given as files or folders, or compiled from probes."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Objects:
    """Object files by the name they have in a guest, and what went wrong."""

    files: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def collect(paths: list[Path]) -> Objects:
    """Object files among files and folders; their names must be unique."""
    found = Objects()
    for path in paths:
        if path.is_dir():
            found.files += sorted(path.glob("*.bpf.o"))
        elif path.is_file():
            found.files.append(path)
        else:
            found.problems.append(f"{path}: no such file")
    names = [path.name for path in found.files]
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.problems.append(f"two objects are called {name}")
    return found


def object_names(sources: list[Path]) -> dict[Path, str]:
    """A name for each source: its stem, or folder-stem where two are equal."""
    stems = [source.stem for source in sources]
    return {source: source.stem if stems.count(source.stem) == 1
            else f"{source.resolve().parent.name}-{source.stem}"
            for source in sources}


def _compile(whistler: Path, source: Path, mode: str, target: Path) -> str:
    """Compiles one probe in one mode; returns what was wrong, or ""."""
    try:
        done = subprocess.run(
            [str(whistler), "compile", str(source), "-o", str(target),
             f"--kernel-reads={mode}"],
            capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{source.name} ({mode}): {error}"
    if done.returncode == 0 and target.is_file():
        return ""
    message = (done.stderr or done.stdout).strip().splitlines()
    first = message[0] if message else f"exit status {done.returncode}"
    return f"{source.name} ({mode}): does not compile: {first}"


def compile_all(whistler: Path, sources: list[Path], modes: list[str],
                out: Path) -> Objects:
    """Every source in every mode, as <name>.<mode>.bpf.o."""
    names = object_names(sources)
    jobs = [(source, mode, out / f"{names[source]}.{mode}.bpf.o")
            for source in sources for mode in modes]
    with ThreadPoolExecutor(2) as pool:
        errors = list(pool.map(lambda job: _compile(whistler, *job), jobs))
    found = collect([out])
    found.problems += [error for error in errors if error]
    return found
