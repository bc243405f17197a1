"""Talks to whistler_probe_runner: a plan in, records out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
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


def records(runner: Path, mode: str, wanted: dict,
            progress) -> Iterator[dict]:
    """What the runner measures, as it does. Errors are records too, of kind
    `error`."""
    progress.stage(mode)
    process = subprocess.Popen([str(runner), mode], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    try:
        process.stdin.write(json.dumps(wanted))
        process.stdin.close()
        for line in process.stdout:
            found = json.loads(line)
            progress(f"{mode} {found.get('probe', '')}")
            yield found
    except BaseException:  # nobody wants more
        process.kill()
        raise
    finally:
        status = process.wait()
        process.stdout.close()
    if status not in (0, 1):
        raise Failed(f"{runner} {mode} ended with status {status}")
