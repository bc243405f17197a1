"""check_help.py WHISTLER DOC [--write]: every block of DOC that shows
`$ whistler ... --help` shows what the command prints now. --write puts it
there."""
import re
import subprocess
import sys

BLOCK = re.compile(r"```console\n\$ (whistler(?:-opt)? [^\n]*--help)\n(.*?)```",
                   re.DOTALL)


def output(whistler, line):
    program, *rest = line.split()
    path = whistler + program.removeprefix("whistler")
    return subprocess.run([path, *rest], capture_output=True, text=True,
                          check=True).stdout


def main():
    whistler, doc = sys.argv[1:3]
    with open(doc, encoding="utf-8") as file:
        text = file.read()
    fresh = BLOCK.sub(lambda m: f"```console\n$ {m[1]}\n"
                      f"{output(whistler, m[1])}```", text)
    if not BLOCK.search(text):
        sys.exit(f"{doc}: no help is shown")
    if "--write" in sys.argv:
        with open(doc, "w", encoding="utf-8") as file:
            file.write(fresh)
    elif fresh != text:
        sys.exit(f"{doc} is stale: check_help.py {whistler} {doc} --write")


if __name__ == "__main__":
    main()
