"""What is inside a packaged kernel: the vmlinux in a bzImage, its BTF.

A guest boots straight from the decompressed vmlinux, which saves the slowest
part of an emulated boot. The layout is the x86 boot protocol's
(Documentation/arch/x86/boot.rst in the kernel).
"""

from __future__ import annotations

import lzma
import struct
import subprocess

BOOT_MAGIC_AT = 0x202
PAYLOAD_OFFSET_AT = 0x248
PAYLOAD_LENGTH_AT = 0x24C
SETUP_SECTS_AT = 0x1F1

FILTERS = {
    b"\x02\x21\x4c\x18": ["lz4", "-dc"],
    b"\x28\xb5\x2f\xfd": ["zstd", "-dcq"],
}
XZ = b"\xfd7zXZ\x00"


class BadImage(Exception):
    """The file is not a kernel image that this code understands."""


def payload(image: bytes) -> bytes:
    """The compressed vmlinux, with the size that ends it."""
    if len(image) < 0x250 or image[BOOT_MAGIC_AT:BOOT_MAGIC_AT + 4] != b"HdrS":
        raise BadImage("no boot header")
    setup_sects = image[SETUP_SECTS_AT] or 4
    offset, = struct.unpack_from("<I", image, PAYLOAD_OFFSET_AT)
    length, = struct.unpack_from("<I", image, PAYLOAD_LENGTH_AT)
    start = (setup_sects + 1) * 512 + offset
    if length < 4 or start + length > len(image):
        raise BadImage("the payload lies outside the image")
    return image[start:start + length]


def decompress(data: bytes) -> bytes:
    """Unpacks a payload and checks its size against the trailing word."""
    size, = struct.unpack("<I", data[-4:])
    body = data[:-4]
    if body.startswith(XZ):
        out = lzma.decompress(body)
    else:
        command = FILTERS.get(body[:4])
        if command is None:
            raise BadImage(f"unknown compression {body[:4].hex()}")
        try:
            out = subprocess.run(command, input=body, capture_output=True,
                                 check=True).stdout
        except FileNotFoundError:
            raise BadImage(f"{command[0]} is not installed") from None
        except subprocess.CalledProcessError as error:
            raise BadImage(error.stderr.decode(errors="replace")) from None
    if len(out) != size:
        raise BadImage(f"{len(out)} bytes unpacked where {size} were promised")
    return out


def vmlinux(image: bytes) -> bytes:
    """The ELF kernel in a bzImage."""
    out = decompress(payload(image))
    if out[:4] != b"\x7fELF":
        raise BadImage("the payload is not an ELF file")
    return out


def elf_section(elf: bytes, name: str) -> bytes:
    """The contents of a section of a 64-bit little-endian ELF file."""
    if elf[:6] != b"\x7fELF\x02\x01":
        raise BadImage("not a 64-bit little-endian ELF file")
    table, = struct.unpack_from("<Q", elf, 40)
    entry, count, names_index = struct.unpack_from("<HHH", elf, 58)

    def header(index: int) -> tuple[int, int, int]:
        at = table + index * entry
        name_at, = struct.unpack_from("<I", elf, at)
        offset, size = struct.unpack_from("<QQ", elf, at + 24)
        return name_at, offset, size

    _, names, _ = header(names_index)
    for index in range(count):
        name_at, offset, size = header(index)
        end = elf.index(b"\0", names + name_at)
        if elf[names + name_at:end] == name.encode():
            return elf[offset:offset + size]
    raise BadImage(f"no section {name}")
