"""Talks to whistler_probe_runner: a plan in, records out."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from .objects import Failed, Form, program


def plan(forms: list[Form], **settings) -> dict:
    """The runner's plan: the forms by probe, in the order given."""
    by_probe: dict[str, list[Form]] = {}
    for form in forms:
        by_probe.setdefault(form.probe, []).append(form)
    return {**settings, "probes": [
        {"probe": probe, "program": program(probe),
         "forms": [{"form": form.name, "object": str(form.path)}
                   for form in group]}
        for probe, group in by_probe.items()]}


def records(runner: Path, mode: str, wanted: dict, progress) -> list[dict]:
    """What the runner measured. Errors are records too, of kind `error`."""
    with subprocess.Popen([str(runner), mode], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write(json.dumps(wanted))
        process.stdin.close()
        found = []
        for line in process.stdout:
            found.append(json.loads(line))
            progress(f"{mode} {found[-1].get('probe', '')}")
    if process.returncode not in (0, 1):
        raise Failed(f"{runner} {mode} ended with status "
                     f"{process.returncode}")
    return found
