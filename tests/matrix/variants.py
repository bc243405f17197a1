"""The ways to compile a program, and which kernels take which.

A variant is a value of --kernel-reads, of --mcpu and of -O; its text is
`fused-v3-O2`, the middle part of an object's name in a guest.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from itertools import product
from pathlib import Path

REFERENCE_READS = "naive"
USUAL_CPU = "v3"
CPUS = (USUAL_CPU, "v1", "v2", "v4")
LEVELS = (2, 0)
# The kernel that brought an instruction set, or what a mode is built on.
CPU_NEEDS = {"v4": (6, 6)}
READS_NEEDS = {"direct": (6, 2)}
TEXT = re.compile(r"(?P<reads>[a-z]+)-(?P<cpu>v\d)-O(?P<level>\d)$")

Version = tuple[int, int]


@dataclass(frozen=True)
class Variant:
    """How an object was compiled; parts that aren't known are empty."""

    reads: str
    cpu: str = USUAL_CPU
    level: int = 2

    def __str__(self) -> str:
        return f"{self.reads}-{self.cpu}-O{self.level}"

    def arguments(self) -> list[str]:
        """What the compiler is told."""
        return [f"--kernel-reads={self.reads}", f"--mcpu={self.cpu}",
                f"-O{self.level}"]


def parse(text: str) -> Variant:
    """The variant that an object's name gives; an unknown text is a mode."""
    match = TEXT.match(text)
    if not match:
        return Variant(text)
    return Variant(match["reads"], match["cpu"], int(match["level"]))


def version(text: str) -> Version:
    """`6.12` of `6.12.118+deb13`."""
    match = re.match(r"(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def lacks(variant: Variant, kernel: Version) -> str:
    """What a kernel of this version lacks for the variant; "" for nothing."""
    for what, table, key in (("instruction set ", CPU_NEEDS, variant.cpu),
                             ("--kernel-reads=", READS_NEEDS, variant.reads)):
        needed = table.get(key, (0, 0))
        if kernel < needed:
            return f"{what}{key} needs Linux {needed[0]}.{needed[1]}"
    return ""


def known_reads(whistler: Path) -> list[str]:
    """The values of --kernel-reads that the compiler offers, the reference
    first."""
    said = subprocess.run([str(whistler), "compile", "--help"],
                          capture_output=True, text=True, timeout=60)
    match = re.search(r"--kernel-reads[ =]+([a-z]+(?:\|[a-z]+)+)", said.stdout)
    if not match:
        raise LookupError(f"{whistler} compile --help names no values of "
                          "--kernel-reads: say them with --modes")
    found = match[1].split("|")
    return sorted(found, key=lambda reads: reads != REFERENCE_READS)


def grid(reads: list[str], cpus: list[str], levels: list[int]
         ) -> list[Variant]:
    """All combinations. Of objects with the same bytes the first one stands
    for all, so the usual instruction set and the reference come first."""
    return [Variant(one, cpu, level)
            for cpu, level, one in product(cpus, levels, reads)]
