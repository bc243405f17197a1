#!/usr/bin/env python3
"""Rows for the fields of the structs that linux/bpf.h shares with programs.

usage: GenerateContextFields.py linux/bpf.h > ContextFields.def

Each row: struct, field, what it leads to: "" for a number, "packet" for an
end of memory that the program may reach through, else a struct's name. Where a
field is and how large, the C++ compiler finds out when it compiles the rows.
"""
import re
import sys

RECORDS = ("xdp_md", "__sk_buff", "bpf_sock", "bpf_sock_addr", "bpf_sock_ops",
           "sk_msg_md", "bpf_sk_lookup", "sk_reuseport_md", "bpf_sysctl",
           "bpf_cgroup_dev_ctx", "bpf_sockopt", "bpf_flow_keys",
           "bpf_tcp_sock")
POINTER = re.compile(r"__bpf_md_ptr\((struct (\w+)|void) \*,\s*(\w+)\);")
FIELD = re.compile(r"\b__(?:u|s|be)\d+\s+(\w+)(?:\[\w+\])?;")
# These are u32 in the layout and pointers in meaning.
PACKET = {"data", "data_end", "data_meta"}


def fields(body):
    """In source order: (name, target)."""
    found = []
    for line in body.split("\n"):
        pointer = POINTER.search(line)
        if pointer:
            found.append((pointer[3], pointer[2] or "packet"))
        for match in FIELD.finditer("" if pointer else line):
            name = match[1]
            found.append((name, "packet" if name in PACKET else ""))
    return found


def main():
    with open(sys.argv[1], encoding="utf-8") as header:
        text = re.sub(r"/\*.*?\*/", "", header.read(), flags=re.DOTALL)
    print("// Generated from linux/bpf.h by cmake/GenerateContextFields.py.")
    for record in RECORDS:
        body = re.search(r"^struct " + record + r" \{\n(.*?)^\};", text,
                         re.DOTALL | re.MULTILINE)
        if not body:
            sys.exit(f"{sys.argv[1]}: no struct {record}")
        for name, target in fields(body[1]):
            print(f'WHISTLER_CONTEXT_FIELD({record}, {name}, "{target}")')


if __name__ == "__main__":
    main()
