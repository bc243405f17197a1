#!/usr/bin/env python3
"""scale.py WHISTLER FORMS... [OPTION...]: compiles generated probes of so many
forms (a multiple of 400), a tenth of them kernel reads, and fails when the time
a form takes grows by more than half from the first to the last. Times are CPU
seconds of the process, the least of three. `scale.py WHISTLER 10000` is the
benchmark.
"""
import os
import resource
import subprocess
import sys
import tempfile

SKIPPED = 77
RUNS = 3
GROWTH = 1.5
READS_A_PROGRAM = 40
FIELDS = """pid tgid flags exit-code exit-signal prio static-prio normal-prio
rt-priority policy nr-cpus-allowed utime stime gtime nvcsw nivcsw start-time
start-boottime min-flt maj-flt""".split()


def program(number):
    yield (f'(defprog p{number} (:type :raw-tracepoint :section "raw_tp/sys_enter")\n'
           " (let* ((task (get-current-task))\n"
           "        (parent (task-struct-real-parent task)) (sum 0))")
    for read in range(READS_A_PROGRAM):
        base = "task" if read % 2 else "parent"
        field = FIELDS[read // 2 % len(FIELDS)]
        yield f"  (incf sum (task-struct-{field} {base}))"
        for i in range(3):
            yield f"  (setf sum (logxor (+ sum {i + read}) (<< sum {i + 1})))"
            yield f"  (when (> sum {i + read}) (incf sum {i}))"
    yield "  (setf (getmap sums 1) sum)) 0)"


def source(forms):
    """A form is an expression statement; about a tenth are reads."""
    lines = ["(import-kernel-struct task-struct real-parent "
             + " ".join(FIELDS) + ")",
             "(defmap sums :type :array :key-type u32 :value-type u64"
             " :max-entries 64)"]
    for number in range(forms // 10 // READS_A_PROGRAM):
        lines += program(number)
    return "\n".join(lines)


def seconds(whistler, path, options):
    def once():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([whistler, "compile", path, "-o", path + ".o", *options],
                       check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime
                - before.ru_utime - before.ru_stime)
    return min(once() for _ in range(RUNS))


def main():
    whistler, *rest = sys.argv[1:]
    options = [word for word in rest if word.startswith("-")]
    sizes = [int(word) for word in rest if not word.startswith("-")]
    if not os.access("/sys/kernel/btf/vmlinux", os.R_OK):
        print("no kernel BTF")
        sys.exit(SKIPPED)
    each = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            path = os.path.join(folder, f"{size}.lisp")
            with open(path, "w", encoding="utf-8") as file:
                file.write(source(size))
            took = seconds(whistler, path, options)
            each.append(took / size)
            print(f"{size} forms, {size // 10} reads: {took:.2f} s, "
                  f"{took / size * 1e6:.0f} us a form")
    if each[-1] > each[0] * GROWTH:
        sys.exit(f"a form takes {each[-1] / each[0]:.1f} times as long")


if __name__ == "__main__":
    main()
