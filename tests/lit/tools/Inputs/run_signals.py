"""run_signals.py WHISTLER PROBE COPY: how a run ends. Each way has to detach, print
what it should, and come to an end soon with status 0."""
import atexit
import json
import signal
import subprocess
import sys
import time

# A program name of its own: other tests run the same probe meanwhile.
WHISTLER, ORIGINAL, PROBE = sys.argv[1:]
with open(ORIGINAL, encoding="utf-8") as original, \
        open(PROBE, "w", encoding="utf-8") as copy:
    copy.write(original.read().replace("on-enter", "sig-enter"))


def start(*options):
    run = subprocess.Popen([WHISTLER, "run", PROBE, *options],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           text=True)
    atexit.register(run.kill)
    while "attached" not in (line := run.stderr.readline()):
        assert line, "ended before it attached"
    return run


def attached():
    """Ids of our programs that are in the kernel."""
    listed = subprocess.run(["bpftool", "--json", "prog", "list"],
                            capture_output=True, text=True, check=True)
    return [p["id"] for p in json.loads(listed.stdout)
            if p.get("name") == "sig_enter"]


def assert_gone():
    """The kernel frees a program a little after its last user."""
    for _ in range(100):
        if not attached():
            return
        time.sleep(0.05)
    raise AssertionError("still in the kernel")


def interrupted(number):
    run = start("--json")
    run.stdout.readline()
    assert attached(), "not in the kernel while it runs"
    run.send_signal(number)
    out, _ = run.communicate(timeout=20)
    assert run.returncode == 0, run.returncode
    assert '"globals"' in out, out
    assert_gone()


def reader_gone():
    run = start()
    run.stdout.readline()
    run.stdout.close()
    assert run.wait(timeout=20) == 0, run.returncode
    assert_gone()


for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    interrupted(number)
reader_gone()
print("every end is clean")
