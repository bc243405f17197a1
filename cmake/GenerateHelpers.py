#!/usr/bin/env python3
"""Rows for every helper of the kernel, from libbpf's bpf_helper_defs.h.

usage: GenerateHelpers.py bpf_helper_defs.h > HelperPrototypes.def

Each row: name without bpf_, id, result kind, struct the result points to,
number of arguments, whether more may follow, one line of documentation,
argument kinds. Kinds are told by C type and by the parameter names that the
header uses throughout: `map` for maps, `key` and `value` after a map, a size
directly after a pointer to that many bytes.
"""
import re
import sys

PROTOTYPE = re.compile(
    r"static\s+(?P<result>.+?)\s*\(\*bpf_(?P<name>\w+)\)\((?P<args>.*)\)"
    r"\s*=\s*\(void \*\)\s*(?P<id>\d+);")
RESULTS = {"void": "Void", "long": "I64", "int": "I32", "__s64": "I64",
           "__u64": "U64", "__u32": "U32"}
# Pointers that are addresses of the kernel or of user space, not memory of the
# program; the header calls them all `const void *`.
FOREIGN = {"unsafe_ptr": "Kernel", "user_ptr": "User"}


def result(text):
    if "*" in text:
        struct = re.search(r"struct (\w+)", text)
        return "Pointer", struct.group(1) if struct else ""
    return RESULTS[text], ""


def argument(text, helper):
    name = re.search(r"(\w+)$", text).group(1)
    if "*" not in text:
        return "Scalar"
    if name in ("map", "ringbuf", "prog_array_map") and "void" in text:
        return "Map"
    if name in ("key", "value") and "map" in helper:
        return name.capitalize()
    if name in FOREIGN:
        return "User" if helper.endswith(("user", "user_str")) else FOREIGN[name]
    if name == "callback_fn":
        return "Function"
    if helper == "user_ringbuf_drain" and name == "ctx":
        return "Memory"
    if name in ("ctx", "skb", "xdp_md", "skops", "msg", "regs"):
        return "Context"
    if "char" in text:
        return "Text"
    # Objects of the kernel come from other helpers or arguments.
    if re.search(r"struct (task_struct|inode|file|socket|cgroup|path|seq_file)", text):
        return "Scalar"
    if name in ("sk", "sock", "task", "bpf_socket", "tp", "percpu_ptr", "ptr",
                "dst") and helper in (
                    "sk_release", "sk_assign", "sk_storage_get",
                    "sk_storage_delete", "inode_storage_get",
                    "inode_storage_delete", "tcp_send_ack", "sk_cgroup_id",
                    "sk_ancestor_cgroup_id", "per_cpu_ptr", "this_cpu_ptr",
                    "probe_write_user", "kptr_xchg", "tcp_check_syncookie",
                    "tcp_gen_syncookie", "setsockopt", "getsockopt"):
        return "Scalar"
    if name == "sk" or name == "inode":
        return "Scalar"
    return "Memory"


def argument_kinds(parts, helper):
    kinds = []
    for part in parts:
        kind = argument(part, helper)
        if "Map" in kinds and part.endswith("*key"):
            kind = "Key"
        sizes = kind == "Scalar" and re.search(r"\b\w*(size|len|sz|size_of_buf)$", part)
        if sizes and kinds and kinds[-1] in ("Memory", "Text"):
            kind = "Size"
        kinds.append(kind)
    return kinds


def documentation(text, helper):
    """The first sentence of the comment above the prototype."""
    comment = re.search(r"/\*\n \* bpf_" + helper + r"\n \*\n(.*?) \*/", text,
                        re.DOTALL)
    if not comment:
        return ""
    words = re.sub(r"^ \*[ \t]*", "", comment[1].split("\n *\n")[0],
                   flags=re.MULTILINE)
    words = re.sub(r"\*\*|\*|\\ ?|``", "", words.replace("\n", " "))
    words = re.sub(r"\s+", " ", words).strip()
    sentence = re.match(r"(.*?[^.])\.(?= [A-Z]|$)", words)
    line = sentence[1] if sentence else words.rstrip(":")
    return line.replace('"', "'")


def row(match, text):
    helper = match["name"]
    kind, pointee = result(match["result"])
    parts = [p.strip() for p in match["args"].split(",")]
    if parts == ["void"]:
        parts = []
    variadic = "..." in parts
    kinds = argument_kinds([p for p in parts if p != "..."], helper)
    kinds += ["None"] * (5 - len(kinds))
    count = len([p for p in parts if p != "..."])
    listed = ", ".join("ArgumentKind::" + k for k in kinds)
    return (f'WHISTLER_HELPER("{helper}", {match["id"]}, ResultKind::{kind}, '
            f'"{pointee}", {count}, {"true" if variadic else "false"}, '
            f'"{documentation(text, helper)}", {listed})')


def main():
    with open(sys.argv[1], encoding="utf-8") as header:
        text = header.read()
    rows = [row(m, text) for m in PROTOTYPE.finditer(text)]
    if len(rows) < 100:
        sys.exit(f"{sys.argv[1]}: only {len(rows)} helpers understood")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
