"""Checks that the JSON of `compile --report=json` on standard input agrees with
itself: every read has become something on each kind of kernel, and the lines
add up to the totals. Prints what became of each read, a line each."""
import json
import sys


def same(a, b):
    return abs(a - b) < 0.001


def check_line(line):
    kinds = [version["kernels"] for version in line["versions"]]
    assert same(line["naive_ns"], sum(r["naive_ns"] for r in line["reads"])), line
    for read in line["reads"]:
        told = [kind for became in read["became"] for kind in became["kernels"]]
        assert sorted(told) == sorted(kinds), (read, kinds)
        for became in read["became"]:
            assert became["text"] and became["way"], read
            kernels = ",".join(became["kernels"])
            place = f"{line['line']}:{read['column']}"
            print(f"{place} {read['read']} {kernels} {became['way']}")


def check_total(total, lines):
    assert same(total["naive_ns"], sum(line["naive_ns"] for line in lines))
    for index, version in enumerate(total["versions"]):
        parts = [line["versions"][index] for line in lines]
        assert same(version["ns"], sum(part["ns"] for part in parts)), version
        assert version["instructions"] >= sum(p["instructions"] for p in parts)
        # A buffer may begin before the first byte that is used of it.
        buffers = [part["stack_bytes"] for part in parts]
        assert version["stack_bytes"] + 8 > max(buffers, default=0), version


report = json.load(sys.stdin)
assert "not a measurement" in report["model"]
for line in report["lines"]:
    check_line(line)
for total in report["totals"]:
    own = [line for line in report["lines"] if line["program"] == total["program"]]
    check_total(total, own)
assert len(report["totals"]) == len(report["programs"])
