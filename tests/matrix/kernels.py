"""The kernels of the matrix: which there are, fetched, unpacked and cached.

Under ${XDG_CACHE_HOME:-~/.cache}/whistler/kernels each kernel has a folder
named after its version, with `vmlinux`, `btf` and `manifest.json` (their
sha256, the package, the suites). `resolved.json` remembers for a week which
version a name such as 6.12 stands for, so that a run needs no network.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tarfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bzimage
from debian import AptArea, Unavailable, find_mirror

WEEK = 7 * 24 * 3600

# Kernel line -> lists of suites, tried in order. A line that is not here is
# looked for in ELSEWHERE.
SUITES: dict[str, list[tuple[str, ...]]] = {
    "5.10": [("bullseye", "bullseye-security"), ("bullseye-security",),
             ("bullseye",)],
    "6.1": [("bookworm", "bookworm-security"), ("bookworm",)],
    "6.12": [("trixie", "trixie-security"), ("trixie",),
             ("bookworm", "bookworm-security")],
    "7": [("trixie-backports",), ("sid",)],
}
ELSEWHERE: list[tuple[str, ...]] = [("trixie-backports",), ("sid",)]
DEFAULT = list(SUITES)

_resolved_lock = threading.Lock()


@dataclass(frozen=True)
class Kernel:
    """A kernel ready to boot."""

    line: str
    version: str
    vmlinux: Path
    btf: Path


def cache_root() -> Path:
    """Where kernels are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "whistler" / "kernels"


def sha256(path: Path) -> str:
    """Hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object, empty when the file is missing or broken."""
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_atomically(path: Path, data: bytes) -> None:
    """Writes beside the target, then renames."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.rename(path)


def cached(root: Path, line: str, version: str) -> Kernel | None:
    """The kernel from the cache when its files have the stored hashes."""
    folder = root / version
    hashes = read_json(folder / "manifest.json").get("sha256", {})
    for name in ("vmlinux", "btf"):
        path = folder / name
        if not path.is_file() or sha256(path) != hashes.get(name):
            return None
    return Kernel(line, version, folder / "vmlinux", folder / "btf")


def image_in(package: Path) -> bytes:
    """The bzImage in a kernel package."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)],
                          stdout=subprocess.PIPE) as unpack:
        assert unpack.stdout
        with tarfile.open(fileobj=unpack.stdout, mode="r|") as tar:
            for member in tar:
                base = os.path.basename(member.name)
                if member.isfile() and base.startswith("vmlinuz"):
                    file = tar.extractfile(member)
                    assert file
                    data = file.read()
                    unpack.kill()
                    return data
    raise bzimage.BadImage(f"no kernel image in {package.name}")


def store(root: Path, version: str, image: bytes, origin: dict[str, str]
          ) -> None:
    """Unpacks an image into the cache; the manifest comes last."""
    folder = root / version
    folder.mkdir(parents=True, exist_ok=True)
    elf = bzimage.vmlinux(image)
    files = {"vmlinux": elf, "btf": bzimage.elf_section(elf, ".BTF")}
    for name, data in files.items():
        write_atomically(folder / name, data)
    hashes = {name: hashlib.sha256(data).hexdigest()
              for name, data in files.items()}
    manifest = json.dumps({**origin, "sha256": hashes}, indent=2)
    write_atomically(folder / "manifest.json", manifest.encode())


def fetch(root: Path, line: str) -> Kernel:
    """Asks the archive which kernel is newest and gets it if need be."""
    reasons: list[str] = []
    mirror = find_mirror()
    for suites in SUITES.get(line, ELSEWHERE):
        where = "+".join(suites)
        try:
            area = AptArea(root / "apt" / where, suites, mirror)
            area.update()
            found = area.newest_kernel(line)
            if not found:
                reasons.append(f"{where}: no cloud kernel {line}")
                continue
            package, version = found
            kernel = cached(root, line, version)
            if kernel:
                return kernel
            file = area.download(package)
            origin = {"package": file.name, "suites": where}
            store(root, version, image_in(file), origin)
            file.unlink()
        except (Unavailable, bzimage.BadImage) as error:
            reasons.append(f"{where}: {error}")
            continue
        kernel = cached(root, line, version)
        if kernel:
            return kernel
    raise Unavailable("; ".join(reasons) or "no suite to look in")


def remember(root: Path, line: str, version: str) -> None:
    """Notes what a kernel line stands for, and since when."""
    with _resolved_lock:
        path = root / "resolved.json"
        table = read_json(path)
        table[line] = {"version": version, "at": int(time.time())}
        write_atomically(path, json.dumps(table, indent=2).encode())


def provide(line: str, refresh: bool = False) -> tuple[Kernel, str]:
    """A kernel of this line, and a remark ("" when there is none).

    Raises Unavailable. A cached kernel older than a week is used, with a
    remark, when the archive does not answer.
    """
    root = cache_root()
    root.mkdir(parents=True, exist_ok=True)
    known = read_json(root / "resolved.json").get(line, {})
    kernel = cached(root, line, known["version"]) if known else None
    if kernel and not refresh and time.time() - known["at"] < WEEK:
        return kernel, ""
    try:
        fetched = fetch(root, line)
    except Unavailable as error:
        if kernel:
            return kernel, f"not refreshed: {error}"
        raise
    remember(root, line, fetched.version)
    return fetched, ""
