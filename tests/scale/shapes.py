#!/usr/bin/env python3
"""shapes.py FOLDER: writes probes of a thousand kernel reads, FOLDER/SHAPE.lisp,
one for each row of SHAPES. They read what stays as it is while a process lives,
so all ways to compile one must leave the same sums.
"""
import sys
from itertools import islice
from pathlib import Path

READS = 1000
BASES = 12
PROGRAMS = 25
# Fifteen fields of any task that don't change while it sleeps.
FIELDS = """pid tgid exit-code exit-signal personality start-time start-boottime
self-exec-id parent-exec-id pdeath-signal policy static-prio normal-prio
rt-priority nr-cpus-allowed""".split()

HEAD = f"""(import-kernel-struct task-struct real-parent {" ".join(FIELDS)})
(defmap sums :type :array :key-type u32 :value-type u64 :max-entries {PROGRAMS})
"""


def reads():
    """Every field of the first base, then of the next; round and round."""
    while True:
        for base in range(BASES):
            for field in FIELDS:
                yield f"(task-struct-{field} t{base})"


def program(number, body, bindings=()):
    """Bases are the running task and its forebears."""
    bases = ["(t0 (get-current-task))"]
    bases += [f"(t{i} (task-struct-real-parent t{i - 1}))"
              for i in range(1, BASES)]
    lines = [*bases, "(sum u64 0)", *bindings]
    return "\n".join([f"(defprog p{number} (:type :tc)", "  (let* (",
                      *(f"    {line}" for line in lines), "    )",
                      *(f"    {line}" for line in body),
                      f"    (setf (getmap sums {number}) sum))", "  0)", ""])


def summed():
    """One program that adds up 1,000 reads of 15 fields of 12 bases."""
    return program(0, [f"(incf sum {read})" for read in islice(reads(), READS)])


def volatile():
    """One program of 1,000 reads that may not become one."""
    return program(0, [f"(incf sum (volatile {read}))"
                       for read in islice(reads(), READS)])


def used_in_reverse(names):
    return [f"(setf sum (logxor (<< sum 1) {name}))" for name in reversed(names)]


def kept():
    """1,000 reads in variables, which are used when all have been read."""
    names = [f"v{i}" for i in range(READS)]
    values = [f"({name} {read})" for name, read in zip(names, reads())]
    return program(0, used_in_reverse(names), values)


def kept_over_barrier():
    """The same with a barrier in between: no read can wait for its use."""
    names = [f"v{i}" for i in range(READS)]
    values = [f"({name} {read})" for name, read in zip(names, reads())]
    return program(0, ["(barrier)", *used_in_reverse(names)], values)


def many_programs():
    """25 programs of 40 reads each."""
    each = READS // PROGRAMS
    every = reads()
    return "\n".join(
        program(number, [f"(incf sum {read})" for read in islice(every, each)])
        for number in range(PROGRAMS))


SHAPES = {
    "summed": summed,
    "volatile": volatile,
    "kept": kept,
    "kept-over-barrier": kept_over_barrier,
    "many-programs": many_programs,
}


def write_all(folder, names=tuple(SHAPES)):
    """Returns the paths, in the order of the names."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in names:
        path = folder / f"{name}.lisp"
        what = " ".join(SHAPES[name].__doc__.split())
        path.write_text(f";; {what}\n{HEAD}\n{SHAPES[name]()}")
        paths.append(path)
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for written in write_all(Path(sys.argv[1])):
        print(written)
