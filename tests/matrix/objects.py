"""The objects of a run: given as files or folders, or compiled from probes.

Many variants of a program are the same bytes: one without kernel reads does
not depend on how those are done. Each different object is loaded once and
speaks for its twins.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from variants import Variant

RANDOM = re.compile(r"random-\d+-\d+$")  # an object of a random program
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NEEDS = re.compile(r";;;   Needs: +Linux (\d+)\.(\d+)(?: \(([^)]+)\))?")


@dataclass
class Objects:
    """Object files by the name they have in a guest, and what went wrong."""

    files: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    # (object, variant) -> all variants that are the same bytes, itself first
    twins: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    # object -> oldest kernel that can take it, and why
    needs: dict[str, tuple[tuple[int, int], str]] = field(default_factory=dict)

    def add(self, other: Objects) -> None:
        """Takes those of another in, behind its own."""
        self.files += other.files
        self.problems += other.problems
        self.twins |= other.twins
        self.needs |= other.needs


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
    """A name for each source: its stem, or folder-stem when an earlier source
    has that already. The names of examples are theirs: the loader knows by
    them what to expect."""
    names: dict[Path, str] = {}
    for source in sources:
        example = EXAMPLES / source.name
        taken = (source.stem in names.values()
                 or example.is_file() and example != source.resolve())
        names[source] = (f"{source.resolve().parent.name}-{source.stem}"
                         if taken else source.stem)
    return names


def declared_need(source: Path) -> tuple[tuple[int, int], str] | None:
    """The `Needs: Linux X.Y (WHY)` of an example's head comment."""
    match = NEEDS.search(source.read_text(errors="replace"))
    if not match:
        return None
    need = (int(match[1]), int(match[2]))
    why = f" ({match[3]})" if match[3] else ""
    return need, f"needs Linux {need[0]}.{need[1]}{why}"


def _compile(whistler: Path, folder: Path, names: list[str],
             variant: Variant) -> list[str]:
    """Compiles all sources of the folder; returns what was wrong. One process
    for all: it reads the kernel's types once."""
    try:
        done = subprocess.run(
            [str(whistler.resolve()), "compile", *variant.arguments(),
             *(f"{name}.lisp" for name in names)], cwd=folder,
            capture_output=True, text=True, timeout=120)
    except (OSError, subprocess.TimeoutExpired) as error:
        return [f"{variant}: {error}"]
    errors = [line for line in done.stderr.splitlines() if "error: " in line]
    problems = []
    for name in names:
        if (folder / f"{name}.bpf.o").is_file():
            continue
        said = [line for line in errors if line.startswith(f"{name}.lisp:")]
        said = said or errors or [f"exit status {done.returncode}"]
        problems.append(f"{name} ({variant}): does not compile: {said[0]}")
    return problems


def _prepare(folder: Path, sources: dict[Path, str]) -> None:
    """Copies, under the same relative names for every variant: the names are
    part of the objects, and equal programs should be equal bytes."""
    folder.mkdir()
    for parent in {source.resolve().parent for source in sources}:
        for included in parent.glob("*/**/*.lisp"):
            target = folder / included.relative_to(parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(included, target)
    for source, name in sources.items():
        shutil.copyfile(source, folder / f"{name}.lisp")


def _gather(found: Objects, built: dict[Variant, Path], names: list[str],
            out: Path) -> None:
    """Keeps one object of each kind, as <name>.<variant>.bpf.o."""
    for name in names:
        seen: dict[bytes, tuple[str, str]] = {}
        for variant, folder in built.items():
            path = folder / f"{name}.bpf.o"
            if not path.is_file():
                continue
            content = path.read_bytes()
            if content in seen:
                found.twins[seen[content]].append(str(variant))
                continue
            seen[content] = key = name, str(variant)
            found.twins[key] = [str(variant)]
            target = out / f"{name}.{variant}.bpf.o"
            path.rename(target)
            found.files.append(target)


def random_sources(generator: Path, seed: int, count: int, folder: Path
                   ) -> list[Path]:
    """The first random programs of a seed."""
    folder.mkdir()
    subprocess.run([str(generator), str(seed), str(count), str(folder)],
                   check=True, timeout=60)
    return sorted(folder.glob("*.lisp"))


def compile_all(whistler: Path, sources: list[Path], wanted: list[Variant],
                out: Path) -> Objects:
    """Every source in every variant."""
    names = object_names(sources)
    built: dict[Variant, Path] = {}
    for variant in wanted:
        built[variant] = out / f"build-{variant}"
        _prepare(built[variant], names)
    with ThreadPoolExecutor(2) as pool:
        errors = list(pool.map(
            lambda item: _compile(whistler, item[1], list(names.values()),
                                  item[0]), built.items()))
    found = Objects(problems=[text for some in errors for text in some])
    _gather(found, built, list(names.values()), out)
    for source, name in names.items():
        if need := declared_need(source):
            found.needs[name] = need
    return found
