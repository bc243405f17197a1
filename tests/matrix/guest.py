"""Boots a kernel under QEMU with the loader as /init, and listens.

Emulation (TCG) everywhere: it needs no permission and behaves the same on
every machine. Nothing here measures time; a guest only loads and runs.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import cpio

QEMU = "qemu-system-x86_64"
MACHINE = ["-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max",
           "-m", "512", "-smp", "1", "-nodefaults", "-no-user-config",
           "-display", "none", "-no-reboot", "-serial", "stdio"]
# no_timer_check: the kernel panics when its clock stands still for a moment
# while it starts, which a guest's does on a machine with too much to do.
COMMAND_LINE = ("console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable "
                "no_timer_check random.trust_cpu=on lsm=bpf rdinit=/init")
FOLDERS = ("proc", "sys", "dev", "tmp", "job")


class GuestFailure(Exception):
    """The guest did not run to its end; the text says how it failed."""


def qemu_missing() -> str:
    """Why no guest can be started; "" when one can."""
    return "" if shutil.which(QEMU) else f"{QEMU} is not installed"


def base_archive(loader: Path) -> bytes:
    """The part of the ram disk that is the same for every job."""
    entries = [cpio.folder(name) for name in FOLDERS]
    entries.append(cpio.character_device("dev/console", 5, 1))
    entries.append(cpio.file("init", loader.read_bytes(), executable=True))
    return cpio.archive(entries)


def job_archive(objects: list[Path]) -> bytes:
    """The objects to load."""
    return cpio.archive([cpio.file(f"job/{path.name}", path.read_bytes())
                         for path in objects])


def command(vmlinux: Path, initrd: Path) -> list[str]:
    """The QEMU command that boots a kernel with a ram disk."""
    return [QEMU, *MACHINE, "-kernel", str(vmlinux), "-initrd", str(initrd),
            "-append", COMMAND_LINE]


def boot(vmlinux: Path, ramdisk: bytes, timeout: float) -> str:
    """Everything the guest wrote to its serial line until it powered off."""
    with tempfile.TemporaryDirectory(prefix="whistler-matrix-") as folder:
        initrd = Path(folder) / "initrd"
        initrd.write_bytes(ramdisk)
        try:
            done = subprocess.run(command(vmlinux, initrd), timeout=timeout,
                                  stdin=subprocess.DEVNULL,
                                  capture_output=True)
        except subprocess.TimeoutExpired as expired:
            said = (expired.stdout or b"").decode(errors="replace")
            lines = said.strip().splitlines()
            last = lines[-1] if lines else "nothing on the serial line"
            raise GuestFailure(
                f"no end after {timeout:.0f} s; last: {last}") from None
    if done.returncode != 0:
        message = done.stderr.decode(errors="replace").strip()
        raise GuestFailure(f"QEMU ended with {done.returncode}: {message}")
    return done.stdout.decode(errors="replace")
