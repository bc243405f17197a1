"""Initial ram disks: cpio archives in the kernel's "newc" format.

The format is in Documentation/driver-api/early-userspace/buffer-format.rst of
the kernel, which also allows archives to be concatenated.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A file, folder or character device of an archive."""

    name: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def folder(name: str) -> Entry:
    """A directory."""
    return Entry(name, stat.S_IFDIR | 0o755)


def file(name: str, data: bytes, executable: bool = False) -> Entry:
    """A regular file."""
    return Entry(name, stat.S_IFREG | (0o755 if executable else 0o644), data)


def character_device(name: str, major: int, minor: int) -> Entry:
    """A device node."""
    return Entry(name, stat.S_IFCHR | 0o600, device=(major, minor))


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _encode(entry: Entry, inode: int) -> bytes:
    name = entry.name.encode() + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (inode, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0,
              *entry.device, len(name), 0)
    header = b"070701" + b"".join(b"%08x" % field for field in fields)
    return _padded(header + name) + _padded(entry.data)


def archive(entries: list[Entry]) -> bytes:
    """A whole archive with its trailer."""
    parts = [_encode(entry, inode) for inode, entry in enumerate(entries, 1)]
    return b"".join(parts) + _encode(Entry("TRAILER!!!", 0), 0)
