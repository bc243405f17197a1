#!/usr/bin/env python3
"""Checks the head comments of the examples, and examples/README.md with them.

Each example starts with

    ;;; NAME: WHAT IT DOES, up to an empty comment line
    ;;;
    ;;;   Type:   PROGRAM TYPE
    ;;;   Needs:  Linux X.Y[ (WHY)][, OTHER THINGS]
    ;;;   Try:    COMMANDS

and has a row in the table of README.md that says the same. --write writes the
table anew.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HEAD = "| example | what | type | needs | try |"
BLANK = ";;;"
FIELD = re.compile(r";;;   (Type|Needs|Try): +(\S.*)")
NEEDS = re.compile(r"Linux \d+\.\d+( \([^)]+\))?(, .+)?$")


class Wrong(Exception):
    """What an example lacks."""


@dataclass
class Example:
    """The head comment of an example."""

    name: str
    what: str
    type: str
    needs: str
    attempt: str

    def row(self) -> str:
        """Its line in the table."""
        needs = self.needs.removeprefix("Linux ")
        return (f"| [{self.name}]({self.name}.lisp) | {self.what} "
                f"| {self.type} | {needs} | `{self.attempt}` |")


def parse(path: Path) -> Example:
    """Reads the head comment; raises Wrong."""
    lines = path.read_text().splitlines()
    start = f";;; {path.stem}: "
    if not lines or not lines[0].startswith(start):
        raise Wrong(f"{path.name}: does not start with `{start}…`")
    if BLANK not in lines:
        raise Wrong(f"{path.name}: no empty comment line after what it does")
    end = lines.index(BLANK)
    what = " ".join(line[4:] for line in lines[:end])[len(path.stem) + 2:]
    fields: dict[str, str] = {}
    for line in lines[end + 1:]:
        if match := FIELD.match(line):
            fields.setdefault(match[1], match[2])
        elif not line.startswith(BLANK):
            break
    for field in ("Type", "Needs", "Try"):
        if field not in fields:
            raise Wrong(f"{path.name}: no `{field}:` line")
    if not NEEDS.match(fields["Needs"]):
        raise Wrong(f"{path.name}: `Needs:` is not `Linux X.Y …`")
    return Example(path.stem, what.rstrip("."), fields["Type"],
                   fields["Needs"], fields["Try"])


def main() -> int:
    problems = []
    rows = []
    for path in sorted(EXAMPLES.glob("*.lisp")):
        try:
            rows.append(parse(path).row())
        except Wrong as wrong:
            problems.append(str(wrong))
    readme = EXAMPLES / "README.md"
    before, _, rest = readme.read_text().partition(HEAD + "\n")
    table = [line for line in rest.splitlines() if line.startswith("|")]
    after = rest.split("\n", len(table))[-1] if table else rest
    wanted = ["|---|---|---|---|---|", *rows]
    if "--write" in sys.argv[1:]:
        readme.write_text(before + HEAD + "\n" + "\n".join(wanted) + "\n"
                          + after)
    elif table != wanted:
        known = set(table)
        problems.append("examples/README.md: the table is not that of the head "
                        "comments; write it anew with tests/scenarios/"
                        "check_examples.py --write; first difference: "
                        + next((row for row in wanted if row not in known),
                               "a row too many"))
    print("\n".join(problems) or f"{len(rows)} examples")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
