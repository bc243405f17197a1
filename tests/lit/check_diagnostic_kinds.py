"""Say which diagnostics no test provokes.

A lit test names the kind it checks in a comment, `KIND: UnknownField`; a unit
test names it as `DiagnosticKind::UnknownField`.
"""

import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
KINDS = TESTS.parent / "compiler/include/whistler/compiler/DiagnosticKinds.def"


def names(pattern: str, *files: pathlib.Path) -> set[str]:
    found: set[str] = set()
    for file in files:
        found.update(re.findall(pattern, file.read_text(), re.MULTILINE))
    return found


def main() -> int:
    kinds = names(r"^WHISTLER_DIAGNOSTIC\((\w+),", KINDS)
    lit_tests = [
        file
        for suffix in ("lisp", "ll", "test")
        for file in (TESTS / "lit").rglob(f"*.{suffix}")
    ]
    in_lit = names(r"\bKIND: (\w+)$", *lit_tests)
    tested = in_lit | names(
        r"\b(?:Diagnostic)?Kind::(\w+)", *(TESTS / "unit").rglob("*.cpp")
    )
    complaints = {
        "no test provokes it": kinds - tested,
        "named by a lit test, but there is no such diagnostic": in_lit - kinds,
    }
    for complaint, wrong in complaints.items():
        for kind in sorted(wrong):
            print(f"{kind}: {complaint}")
    return int(any(complaints.values()))


if __name__ == "__main__":
    sys.exit(main())
