"""Choosing packages, reading apt sources, checking the cache."""

import hashlib
import json
import tempfile
import unittest
from pathlib import Path

import debian
import kernels


class Packages(unittest.TestCase):
    NAMES = ["linux-image-5.10.0-9-cloud-amd64",
             "linux-image-5.10.0-46-cloud-amd64",
             "linux-image-5.10.0-50-cloud-amd64-unsigned",
             "linux-image-5.10.0-51-cloud-amd64-dbg",
             "linux-headers-5.10.0-60-cloud-amd64",
             "linux-image-6.1.0-0.deb11.52-cloud-amd64",
             "linux-image-6.12.117+deb13-cloud-amd64",
             "linux-image-7.2.12+deb13-cloud-amd64",
             "linux-image-7.2.9+deb13-cloud-amd64",
             "linux-binary-7.2.12+deb13-cloud-amd64",
             "linux-binary-unsigned-7.3.1+deb13-cloud-amd64"]

    def test_newest(self) -> None:
        expected = {"5.10": "linux-image-5.10.0-46-cloud-amd64",
                    "6.1": "linux-image-6.1.0-0.deb11.52-cloud-amd64",
                    "7": "linux-binary-7.2.12+deb13-cloud-amd64",
                    "7.2.9": "linux-image-7.2.9+deb13-cloud-amd64"}
        for line, package in expected.items():
            found = debian.newest(self.NAMES, line)
            assert found
            self.assertEqual(found[0], package)
        self.assertIsNone(debian.newest(self.NAMES, "5.1"))

    def test_sources_of_both_styles(self) -> None:
        text = ("deb [signed-by=/k.gpg] http://a.example/debian/ stable main\n"
                "# deb http://b.example/debian x main\n"
                "deb-src http://c.example/debian x main\n"
                "Types: deb\nURIs: http://d.example/debian-security\n")
        self.assertEqual(debian.source_uris(text),
                         ["http://a.example/debian",
                          "http://d.example/debian-security"])

    def test_mirror(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            etc = Path(folder)
            (etc / "sources.list").write_text("deb http://o.example/other x y")
            with self.assertRaises(debian.Unavailable):
                debian.find_mirror(etc)
            (etc / "sources.list.d").mkdir()
            (etc / "sources.list.d" / "d.sources").write_text(
                "URIs: http://m.example/debian/\n")
            self.assertEqual(debian.find_mirror(etc),
                             debian.Mirror("http://m.example/debian", None))


class Cache(unittest.TestCase):
    def test_a_changed_file_is_not_used(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "1.0").mkdir()
            hashes = {}
            for name in ("vmlinux", "btf"):
                (root / "1.0" / name).write_bytes(name.encode())
                hashes[name] = hashlib.sha256(name.encode()).hexdigest()
            self.assertIsNone(kernels.cached(root, "1", "1.0"))
            (root / "1.0" / "manifest.json").write_text(
                json.dumps({"sha256": hashes}))
            self.assertIsNotNone(kernels.cached(root, "1", "1.0"))
            (root / "1.0" / "btf").write_bytes(b"other")
            self.assertIsNone(kernels.cached(root, "1", "1.0"))


if __name__ == "__main__":
    unittest.main()
