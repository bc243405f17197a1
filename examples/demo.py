#!/usr/bin/env python3
"""What `./dev demo` shows: one probe compiled three ways.

Compiles a probe with each value of --kernel-reads, counts what is in the
objects, asks the running kernel, and prints a table. Everything comes from
`whistler compile --report=json` and `whistler verify --json`.

usage: demo.py WHISTLER PROBE FOLDER
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

WAYS = {
    "naive": "one helper call per read",
    "single": "equal reads merged",
    "fused": "neighbours fused",
}
# enum bpf_func_id in the kernel's linux/bpf.h: probe_read, probe_read_str,
# probe_read_kernel, probe_read_kernel_str.
READ_HELPERS = {"4", "45", "113", "115"}
NO_PERMISSION = 3
COLOR = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def bold(text: str) -> str:
    """Text that stands out on a terminal."""
    return f"\033[1m{text}\033[0m" if COLOR else text


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A command whose output is read."""
    return subprocess.run(command, capture_output=True, text=True, check=False)


def compile_probe(whistler: str, probe: str, way: str, out: Path) -> dict:
    """The report of one compilation; ends the demo when it fails."""
    done = run(whistler, "compile", probe, f"--kernel-reads={way}",
               "--report=json", "-o", str(out))
    if done.returncode:
        sys.exit(done.stderr or f"whistler compile: {done.returncode}")
    return json.loads(done.stdout)


def verify(whistler: str, out: Path) -> tuple[list[dict], str]:
    """The kernel's verdict on each program, or why there is none."""
    done = run(whistler, "verify", "--json", str(out))
    if done.returncode == NO_PERMISSION or not done.stdout:
        return [], done.stderr.strip()
    return json.loads(done.stdout)[0]["programs"], done.stderr.strip()


def cells(report: dict, verdicts: list[dict]) -> list[str]:
    """One row: instructions, calls and reads, in the object and loaded."""
    program = report["programs"][0]
    row = [program["instructions"], program["helper_calls"],
           program["kernel_reads"]]
    if verdicts and verdicts[0]["accepted"]:
        calls = verdicts[0]["helper_calls"]
        row += [verdicts[0]["loaded_instructions"], sum(calls.values()),
                sum(count for helper, count in calls.items()
                    if helper in READ_HELPERS),
                verdicts[0]["jited_bytes"]]
    else:
        row += ["-"] * 4
    return [str(cell) for cell in row]


def print_table(rows: dict[str, list[str]]) -> None:
    """The counts, aligned."""
    print(bold(f"{'':29}{'in the object':^24}    {'after the verifier':^31}"))
    print(bold(f"{'--kernel-reads=':29}" +
               "".join(f"{title:>8}" for title in
                       ("instrs", "calls", "reads")) + "    " +
               "".join(f"{title:>8}" for title in
                       ("instrs", "calls", "reads", "JITed"))))
    for way, row in rows.items():
        print(f"{way:7}{WAYS[way]:22}" +
              "".join(f"{cell:>8}" for cell in row[:3]) + "    " +
              "".join(f"{cell:>8}" for cell in row[3:]))


def print_reads(title: str, report: dict) -> None:
    """What the optimizer says about each read."""
    print(bold(title))
    for remark in report["remarks"] or [{"line": 0, "message": "nothing"}]:
        done = "" if not remark.get("missed") else "not done: "
        print(f"  line {remark['line']:<4} {done}{remark['message']}")
    print()


def print_verdict(verdicts: list[dict], why_not: str) -> None:
    """The kernel's last word on the fused object."""
    kernel = f"kernel {platform.release()}"
    if not verdicts:
        print(f"  {bold('verdict')}  none: this user may not load programs "
              f"here ({why_not})")
    for verdict in verdicts:
        if verdict["accepted"]:
            print(f"  {bold('verdict')}  {verdict['name']}: accepted by "
                  f"{kernel}: {verdict['loaded_instructions']} instructions "
                  f"after the verifier, {verdict['jited_bytes']} JITed bytes")
        else:
            print(f"  {bold('verdict')}  {verdict['name']}: REJECTED by "
                  f"{kernel}: {verdict['reason']}")


def main() -> int:
    whistler, probe, folder = sys.argv[1:4]
    Path(folder).mkdir(parents=True, exist_ok=True)
    rows, reports, verdicts, why_not = {}, {}, [], ""
    for way in WAYS:
        out = Path(folder) / f"{Path(probe).stem}.{way}.bpf.o"
        reports[way] = compile_probe(whistler, probe, way, out)
        verdicts, why_not = verify(whistler, out)
        rows[way] = cells(reports[way], verdicts)
    print(f"\n{bold(probe)}\n")
    print_table(rows)
    print("\n  A fused object also carries the single reads, for a kernel whose"
          " layout\n  does not permit the fused ones; the verifier removes the"
          " arm that is not\n  taken.\n")
    print_reads("What became of the reads", reports["fused"])
    report = reports["fused"]
    print(f"  {bold('object ')}  {report['output']}, {report['bytes']} bytes")
    print_verdict(verdicts, why_not)
    return 1 if any(not v["accepted"] for v in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
