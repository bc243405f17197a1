"""Names of objects, variants, and what sources declare."""

import tempfile
import unittest
from pathlib import Path

import objects
import variants


class Names(unittest.TestCase):
    def test_the_first_of_two_equal_stems_keeps_it(self) -> None:
        names = objects.object_names([Path("a/k1.lisp"), Path("b/k1.lisp")])
        self.assertEqual(list(names.values()), ["k1", "b-k1"])


    def test_only_an_example_has_an_examples_name(self) -> None:
        example = objects.EXAMPLES / "exec-snoop.lisp"
        names = objects.object_names([Path("a/exec-snoop.lisp"), example])
        self.assertEqual(list(names.values()), ["a-exec-snoop", "exec-snoop"])


class Needs(unittest.TestCase):
    def declared(self, line: str) -> object:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "x.lisp"
            source.write_text(f";;; x: y\n;;;\n{line}\n")
            return objects.declared_need(source)

    def test_declared_need(self) -> None:
        self.assertEqual(self.declared(";;;   Needs:  Linux 5.18 (this)"),
                         ((5, 18), "needs Linux 5.18 (this)"))
        self.assertEqual(self.declared(";;;   Needs:  Linux 5.10"),
                         ((5, 10), "needs Linux 5.10"))
        self.assertIsNone(self.declared(";;; nothing"))


class Random(unittest.TestCase):
    def test_a_generator_writes_the_sources(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            generator = Path(folder) / "generator"
            generator.write_text("#!/bin/sh\n"
                                 "touch $3/random-$1-0.lisp $3/random-$1-1.lisp")
            generator.chmod(0o755)
            found = objects.random_sources(generator, 7, 2,
                                           Path(folder) / "out")
            self.assertEqual([path.stem for path in found],
                             ["random-7-0", "random-7-1"])

    def test_names(self) -> None:
        self.assertTrue(objects.RANDOM.match("random-7-12"))
        self.assertFalse(objects.RANDOM.match("random-walk"))


class Variants(unittest.TestCase):
    def test_text_and_back(self) -> None:
        variant = variants.Variant("fused", "v1", 0)
        self.assertEqual(variants.parse(str(variant)), variant)

    def test_an_unknown_text_is_a_mode(self) -> None:
        self.assertEqual(variants.parse("clang").reads, "clang")

    def test_lacks(self) -> None:
        new, old = (6, 12), (5, 10)
        for variant, kernel, lack in (
                (variants.Variant("fused"), old, ""),
                (variants.Variant("direct"), new, ""),
                (variants.Variant("direct"), old,
                 "--kernel-reads=direct needs Linux 6.2"),
                (variants.Variant("fused", "v4"), old,
                 "instruction set v4 needs Linux 6.6")):
            self.assertEqual(variants.lacks(variant, kernel), lack)

    def test_the_reference_and_the_usual_come_first(self) -> None:
        grid = variants.grid(["naive", "fused"], ["v3", "v1"], [2, 0])
        self.assertEqual(str(grid[0]), "naive-v3-O2")
        self.assertEqual(len(grid), 8)


if __name__ == "__main__":
    unittest.main()
