#!/usr/bin/env python3
"""One line of documentation for every helper, from libbpf's bpf_helper_defs.h.

usage: GenerateHelperDocs.py bpf_helper_defs.h > HelperDocs.def

Each row: name without bpf_, its parameters as C declares them, the first
sentence of the header's comment without its markup.
"""
import json
import re
import sys

HELPER = re.compile(
    r"/\*\n \* bpf_(?P<name>\w+)\n(?P<text>.*?)\*/\n"
    r"static\s+.+?\(\*bpf_(?P=name)\)\((?P<args>[^;]*?)\)\s*=", re.DOTALL)


def sentence(comment):
    lines = [line.strip().lstrip("*").strip() for line in comment.split("\n")]
    words = []
    for line in lines:
        if line == "Returns" or (words and not line):
            break
        words.append(line)
    text = re.sub(r"\s+", " ", " ".join(words)).strip()
    text = re.sub(r"\*\*|\\|(?<![\w*])\*(?=\w)|(?<=\w)\*", "", text)
    match = re.match(r"(.*?(?<!e\.g)(?<!i\.e)[.:])(?: |$)", text)
    text = (match.group(1) if match else text).rstrip(".: ")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def main():
    with open(sys.argv[1], encoding="utf-8") as header:
        text = header.read()
    rows = []
    for match in HELPER.finditer(text):
        args = re.sub(r"\s+", " ", match["args"])
        args = "" if args == "void" else args
        rows.append(f'WHISTLER_HELPER_DOC("{match["name"]}", '
                    f'{json.dumps(args)}, {json.dumps(sentence(match["text"]))})')
    if len(rows) < 100:
        sys.exit(f"{sys.argv[1]}: only {len(rows)} helpers documented")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
