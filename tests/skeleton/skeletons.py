#!/usr/bin/env python3
"""Every probe of some folders as a libbpf user would take it: compiled, linked by
`bpftool gen object`, made a skeleton, opened, a global set, loaded, the global
read back; and loaded by `bpftool prog loadall`. Nothing is attached.

The objects are pinned in a BPF file system of the test's own, in a mount
namespace of its own, so the machine needs none and keeps nothing.

Programs whose type this machine does not let anyone load (fentry and its kin
in some virtual machines) are opened and linked, and not loaded; they are named.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = 77
PINS = pathlib.Path("/sys/fs/bpf")
INSIDE = "WHISTLER_SKELETONS_INSIDE"
# Types that some machines refuse to load whatever the program.
REFUSABLE = ("fentry", "fexit", "fmod_ret", "lsm", "struct_ops")
SCALARS = re.compile(
    r"^\s+(?P<type>(?:unsigned |signed )?(?:char|short|int|long|long long)|_Bool"
    r"|__[us](?:8|16|32|64))\s+(?P<name>\w+);$", re.MULTILINE)

MAIN = """#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpf/libbpf.h>
static int quiet(enum libbpf_print_level level, const char *format, va_list args) {
  return level == LIBBPF_WARN ? vfprintf(stderr, format, args) : 0;
}
%(functions)s
int main(void) {
  int failed = 0;
  libbpf_set_print(quiet);
%(calls)s
  return failed;
}
"""

FUNCTION = """#include "%(name)s.skel.h"
static int test_%(name)s(void) {
  struct %(name)s *skel = %(name)s__open();
  if (!skel) {
    fprintf(stderr, "%(name)s: open: %%s\\n", strerror(errno));
    return 1;
  }
%(refused)s%(set)s
  int error = %(name)s__load(skel);
  if (error) {
    fprintf(stderr, "%(name)s: load: %%s\\n", strerror(-error));
    %(name)s__destroy(skel);
    return 1;
  }
%(check)s
  %(name)s__destroy(skel);
  return error;
}
"""


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: status {done.returncode}\n"
                 f"{done.stdout}{done.stderr}")
    return done.stdout


def refusable_programs(skeleton_object, options):
    """(section, program) of programs of a type that may be refused here."""
    listing = run(options.whistler, "disasm", str(skeleton_object))
    found = re.findall(r"^(\w+) \(([\w.]+)[^)]*\): \d+ instructions", listing,
                       re.MULTILINE)
    return [name for name, section in found if section.startswith(REFUSABLE)]


def section_scalars(header, section):
    """Scalar variables of the skeleton's struct for .data, .bss or .rodata."""
    body = re.search(r"struct \w+__" + section + r" \{(.*?)^\t\} \*" + section
                     + ";", header, re.MULTILINE | re.DOTALL)
    return [m["name"] for m in SCALARS.finditer(body[1])] if body else []


def function(name, header, refused):
    globals_found = [(s, v) for s in ("rodata", "data", "bss")
                     for v in section_scalars(header, s)]
    return FUNCTION % {
        "name": name,
        "refused": "".join(f"  bpf_program__set_autoload(skel->progs.{p}, false);\n"
                           for p in refused),
        "set": "".join(f"  skel->{s}->{v} = 1;\n" for s, v in globals_found),
        "check": "".join(
            f"  if (skel->{s}->{v} != 1) {{\n"
            f'    fprintf(stderr, "{name}: {v} is not what was set\\n");\n'
            "    error = 1;\n  }\n" for s, v in globals_found),
    }, len(globals_found)


def prepare(source, options):
    """Compiles, links and makes the skeleton; what the C test needs."""
    name = re.sub(r"\W", "_", source.stem)
    made = options.folder / f"{name}.made.o"
    linked = options.folder / f"{name}.o"
    run(options.whistler, "compile", str(source), "-o", str(made))
    run(options.bpftool, "gen", "object", str(linked), str(made))
    header = run(options.bpftool, "gen", "skeleton", str(linked), "name", name)
    (options.folder / f"{name}.skel.h").write_text(header)
    return name, linked, header, refusable_programs(made, options)


def load_all(name, linked, options):
    pins = PINS / name
    run(options.bpftool, "prog", "loadall", str(linked), str(pins))
    if not any(pins.iterdir()):
        sys.exit(f"{name}: bpftool pinned nothing")


def mount_own_pins():
    """Goes on in a mount namespace with an empty BPF file system; says why not
    and ends when this user may not have one."""
    if os.environ.get(INSIDE):
        return
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
               f'mount -t bpf bpf {PINS} && exec "$0" "$@"']
    able = subprocess.run([*command, "true"], capture_output=True, text=True,
                          check=False)
    if able.returncode:
        print(f"loading needs root: {able.stderr.strip()}")
        sys.exit(SKIPPED)
    os.environ[INSIDE] = "1"
    os.execvp(command[0], [*command, sys.executable, *sys.argv])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("whistler", "bpftool", "cc"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("folders", type=pathlib.Path, nargs="+")
    return parser.parse_args()


def main():
    options = arguments()
    mount_own_pins()
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    functions, calls, all_refused, variables = [], [], [], 0
    for source in (path for folder in options.folders
                   for path in sorted(folder.glob("*.lisp"))):
        name, linked, header, refused = prepare(source, options)
        text, count = function(name, header, refused)
        variables += count
        functions.append(text)
        calls.append(f"  failed |= test_{name}();")
        all_refused += refused
        if not refused:
            load_all(name, linked, options)
    main_file = options.folder / "main.c"
    main_file.write_text(MAIN % {"functions": "\n".join(functions),
                                 "calls": "\n".join(calls)})
    program = options.folder / "skeletons"
    run(options.cc, "-Wall", "-Werror", "-Wno-unused-function", "-o",
        str(program), str(main_file), "-lbpf")
    run(str(program))
    if not variables:
        sys.exit("no skeleton had a global to set")
    print(f"{len(functions)} skeletons loaded, {variables} globals set and read "
          f"back; not loaded here: {', '.join(all_refused) or 'none'}")


if __name__ == "__main__":
    main()
