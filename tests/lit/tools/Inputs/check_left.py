"""Checks that the instructions which the kernel left of each program (the JSON
of `verify --json`, second argument) are those that the report of the compiler
(first argument) has for one of its versions."""
import json
import sys

report, verified = (json.load(open(name)) for name in sys.argv[1:])
left = {p["name"]: p["loaded_instructions"] for p in verified[0]["programs"]}
assert len(left) == len(report["totals"]) > 0
for total in report["totals"]:
    told = [version["instructions"] for version in total["versions"]]
    assert left[total["program"]] in told, (total, left)
