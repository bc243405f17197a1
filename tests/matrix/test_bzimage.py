"""Payload location, decompression and ELF sections, on made-up images."""

import lzma
import shutil
import struct
import subprocess
import unittest

import bzimage


def elf(sections: dict[str, bytes]) -> bytes:
    """A 64-bit ELF file of these sections and a name table."""
    names = b"\0" + b"".join(n.encode() + b"\0" for n in sections) + b".str\0"
    bodies = [*sections.values(), names]
    offsets, at = [], 64
    for body in bodies:
        offsets.append(at)
        at += len(body)
    header = bytearray(64)
    header[:6] = b"\x7fELF\x02\x01"
    struct.pack_into("<Q", header, 40, at)
    struct.pack_into("<HHH", header, 58, 64, len(bodies) + 1, len(bodies))
    table = bytes(64)
    for name, offset, body in zip([*sections, ".str"], offsets, bodies):
        entry = bytearray(64)
        struct.pack_into("<I", entry, 0, names.index(name.encode() + b"\0"))
        struct.pack_into("<QQ", entry, 24, offset, len(body))
        table += entry
    return bytes(header) + b"".join(bodies) + table


def image(payload: bytes, setup_sects: int = 3, gap: int = 16) -> bytes:
    """A bzImage with this payload; 0 setup sectors stands for four."""
    start = ((setup_sects or 4) + 1) * 512
    data = bytearray(start + gap) + payload + b"after"
    data[0x1F1] = setup_sects
    data[0x202:0x206] = b"HdrS"
    struct.pack_into("<II", data, 0x248, gap, len(payload))
    return bytes(data)


def sized(compressed: bytes, size: int) -> bytes:
    return compressed + struct.pack("<I", size)


class Image(unittest.TestCase):
    def setUp(self) -> None:
        self.elf = elf({".text": b"code", ".BTF": b"types"})

    def test_payload_is_found(self) -> None:
        for setup_sects in (0, 3, 31):
            found = bzimage.payload(image(b"payload!", setup_sects))
            self.assertEqual(found, b"payload!")

    def test_xz(self) -> None:
        packed = sized(lzma.compress(self.elf), len(self.elf))
        self.assertEqual(bzimage.vmlinux(image(packed)), self.elf)

    def test_other_compressors(self) -> None:
        for command in (["lz4", "-l", "-c"], ["zstd", "-qc"]):
            if not shutil.which(command[0]):
                self.skipTest(f"{command[0]} is not installed")
            out = subprocess.run(command, input=self.elf, check=True,
                                 capture_output=True).stdout
            packed = sized(out, len(self.elf))
            self.assertEqual(bzimage.vmlinux(image(packed)), self.elf)

    def test_bad_images(self) -> None:
        good = image(sized(lzma.compress(self.elf), len(self.elf)))
        wrong_size = image(sized(lzma.compress(self.elf), 1))
        not_elf = image(sized(lzma.compress(b"text"), 4))
        unknown = image(b"????????")
        truncated = good[:-40]
        for data in (b"", b"x" * 4096, wrong_size, not_elf, unknown,
                     truncated):
            with self.assertRaises(bzimage.BadImage):
                bzimage.vmlinux(data)

    def test_section(self) -> None:
        self.assertEqual(bzimage.elf_section(self.elf, ".BTF"), b"types")
        self.assertEqual(bzimage.elf_section(self.elf, ".text"), b"code")
        with self.assertRaises(bzimage.BadImage):
            bzimage.elf_section(self.elf, ".absent")


if __name__ == "__main__":
    unittest.main()
