"""Compile every example of a Markdown file.

A block fenced as `lisp` is a whole file; one fenced as `lisp body` stands
inside a program of type tc. A line that ends in `; error: TEXT` or
`; warning: TEXT` must get a message that contains TEXT, and no other line may
get one.

usage: check_examples.py WHISTLER FILE.md
"""

import pathlib
import re
import subprocess
import sys

FENCE = re.compile(r"^```lisp( body)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r";\s*(error|warning): (.*)$")
MESSAGE = re.compile(r"^[^:\n]*:(\d+):\d+: (error|warning): (.*)$", re.MULTILINE)

Messages = list[tuple[int, str, str]]


def expected(text: str) -> Messages:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if match := EXPECTED.search(line):
            found.append((number, match[1], match[2].strip()))
    return found


def compiled(whistler: str, source: str) -> tuple[int, Messages]:
    run = subprocess.run(
        [whistler, "compile", "-", "-o", "/dev/null"],
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    messages = MESSAGE.findall(run.stderr)
    if run.returncode not in (0, 1):
        messages.append(("0", "error", run.stderr.strip()))
    return run.returncode, [(int(line), kind, what) for line, kind, what in messages]


def complaints(whistler: str, text: str, is_body: bool) -> list[str]:
    source = f"(defprog example (:type :tc)\n{text})\n" if is_body else text
    shift = 1 if is_body else 0
    status, messages = compiled(whistler, source)
    wanted = expected(text)
    wrong = []
    for line, kind, what in wanted:
        if not any(
            at - shift == line and seen == kind and what in message
            for at, seen, message in messages
        ):
            wrong.append(f"line {line} did not get: {kind}: {what}")
    lines = {(line, kind) for line, kind, _ in wanted}
    for at, kind, message in messages:
        if (at - shift, kind) not in lines:
            wrong.append(f"line {at - shift} got: {kind}: {message}")
    if status and not any(kind == "error" for _, kind, _ in wanted) and not wrong:
        wrong.append("it does not compile")
    return wrong


def main() -> int:
    whistler, page = sys.argv[1], pathlib.Path(sys.argv[2])
    text = page.read_text()
    blocks = list(FENCE.finditer(text))
    failed = 0
    for block in blocks:
        line = text.count("\n", 0, block.start()) + 2
        for complaint in complaints(whistler, block[2], bool(block[1])):
            failed += 1
            print(f"{page}:{line}: {complaint}")
            print(block[2])
    print(f"{page.name}: {len(blocks)} examples, {failed} complaints")
    return int(failed > 0 or not blocks)


if __name__ == "__main__":
    sys.exit(main())
