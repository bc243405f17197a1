#!/usr/bin/env python3
"""Instructions and kernel reads of k1 to k8, beside what others make of them.

For each probe and way of reading: what is in the object with the layout baked
in (--no-core), what is in the relocatable object, and what is left of it after
the running kernel's verifier. The two columns on the right are the same probes
by clang 19 -O2 with BPF_CORE_READ, and the best that was written by hand in C
with helper reads (kernel 6.18).

WHISTLER names the compiler; default build/release/compiler/tools/whistler.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROBES = Path(__file__).parent / "probes"
# instructions / calls of bpf_probe_read_kernel: clang, C by hand.
OTHERS = {
    "k1": ("86/8", "50/4"), "k2": ("83/8", "-"), "k3": ("40/4", "35/4"),
    "k4": ("115/12", "-"), "k5": ("69/6", "32/1"), "k6": ("49/6", "-"),
    "k7": ("54/4", "-"), "k8": ("39/3", "25/2"),
}
WAYS = ("naive", "single", "fused")
READ_HELPERS = {"4", "45", "113", "115"}


def output(*command: str) -> str:
    """A command's standard output; its messages go to stderr."""
    return subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          check=False).stdout


def in_object(whistler: str, probe: Path, out: Path, *options: str) -> str:
    """`instructions/reads` of the compiled probe."""
    text = output(whistler, "compile", str(probe), "-o", str(out),
                  "--report=json", *options)
    if not text:
        return "failed"
    program = json.loads(text)["programs"][0]
    return f"{program['instructions']}/{program['kernel_reads']}"


def loaded(whistler: str, out: Path) -> str:
    """`instructions/reads` after the verifier, or what kept it from loading."""
    if not out.exists():
        return "failed"
    done = subprocess.run([whistler, "verify", "--json", str(out)],
                          capture_output=True, text=True, check=False)
    if done.returncode == 3 or not done.stdout:
        return "not loaded"
    verdict = json.loads(done.stdout)[0]["programs"][0]
    if not verdict["accepted"]:
        return "REJECTED"
    reads = sum(count for helper, count in verdict["helper_calls"].items()
                if helper in READ_HELPERS)
    return f"{verdict['loaded_instructions']}/{reads}"


def main() -> int:
    root = Path(__file__).resolve().parents[1]
    whistler = os.environ.get(
        "WHISTLER", str(root / "build/release/compiler/tools/whistler"))
    print("instructions/kernel reads")
    print(f"{'probe':6}{'reads':8}{'--no-core':>12}{'CO-RE':>12}"
          f"{'loaded':>12}{'clang':>10}{'C by hand':>12}")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="whistler-counts-") as folder:
        for probe in sorted(PROBES.glob("k*.lisp")):
            clang, hand = OTHERS.get(probe.stem, ("", ""))
            for way in WAYS:
                out = Path(folder) / f"{probe.stem}.{way}.bpf.o"
                reads = f"--kernel-reads={way}"
                row = (in_object(whistler, probe, out, reads, "--no-core"),
                       in_object(whistler, probe, out, reads),
                       loaded(whistler, out))
                failed += "failed" in row or "REJECTED" in row
                print(f"{probe.stem:6}{way:8}{row[0]:>12}{row[1]:>12}"
                      f"{row[2]:>12}{clang:>10}{hand:>12}")
                clang = hand = ""
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
