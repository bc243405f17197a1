"""The archive writer, read back field by field."""

import unittest

import cpio


def entries(data: bytes) -> list[tuple[str, int, int, bytes]]:
    """(name, mode, rdevmajor, contents) of every entry, trailer included."""
    found = []
    at = 0
    while at < len(data):
        assert data[at:at + 6] == b"070701", data[at:at + 6]
        fields = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16)
                  for i in range(13)]
        mode, size, major, name_size = (fields[1], fields[6], fields[9],
                                        fields[11])
        name = data[at + 110:at + 110 + name_size - 1].decode()
        body = (at + 110 + name_size + 3) // 4 * 4
        found.append((name, mode, major, data[body:body + size]))
        at = (body + size + 3) // 4 * 4
    return found


class Archive(unittest.TestCase):
    def test_entries_and_trailer(self) -> None:
        data = cpio.archive([cpio.folder("job"),
                             cpio.file("job/a.o", b"12345"),
                             cpio.file("init", b"x", executable=True),
                             cpio.character_device("dev/console", 5, 1)])
        self.assertEqual(entries(data), [
            ("job", 0o40755, 0, b""),
            ("job/a.o", 0o100644, 0, b"12345"),
            ("init", 0o100755, 0, b"x"),
            ("dev/console", 0o20600, 5, b""),
            ("TRAILER!!!", 0, 0, b""),
        ])

    def test_archives_can_be_concatenated(self) -> None:
        for size in range(5):
            data = cpio.archive([cpio.file("f", b"x" * size)])
            self.assertEqual(len(data) % 4, 0)
            both = entries(data + cpio.archive([cpio.folder("g")]))
            self.assertEqual([name for name, *_ in both],
                             ["f", "TRAILER!!!", "g", "TRAILER!!!"])


if __name__ == "__main__":
    unittest.main()
