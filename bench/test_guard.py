"""The guard's file and what it calls worse."""

import tempfile
import unittest
from pathlib import Path

from driver import guard

HERE = "6.18.0 x86_64"
KEY = ("k1", "fused")


def counts(**changes: int) -> guard.Counts:
    """One form's counts, all 10 but for the changes."""
    return {KEY: {**dict.fromkeys(guard.COLUMNS, 10), **changes}}


class Compare(unittest.TestCase):
    def setUp(self) -> None:
        self.golden = guard.Golden(HERE, [], counts())

    def test_equal_counts_say_nothing(self) -> None:
        found = guard.compare(self.golden, counts(), HERE)
        self.assertEqual((found.worse, found.better, found.new, found.gone),
                         ([], [], [], []))

    def test_more_is_worse_and_less_is_better(self) -> None:
        found = guard.compare(
            self.golden, counts(loaded_reads=11, loaded_instructions=9), HERE)
        self.assertEqual(found.worse, ["k1 fused: loaded reads 10 -> 11"])
        self.assertEqual(found.better, ["k1 fused: loaded instructions 10 -> 9"])

    def test_the_size_of_a_versioned_object_is_only_told(self) -> None:
        found = guard.compare(
            self.golden, counts(object_instructions=11, stack=11), HERE)
        self.assertEqual(found.worse, [])
        self.assertEqual(len(found.more), 2)

    def test_the_size_of_any_other_object_is_guarded(self) -> None:
        golden = guard.Golden(HERE, [], {("k1", "single"): counts()[KEY]})
        now = {("k1", "single"): counts(object_instructions=11)[KEY]}
        self.assertEqual(guard.compare(golden, now, HERE).worse,
                         ["k1 single: object instructions 10 -> 11"])

    def test_on_another_kernel_layout_is_not_compared(self) -> None:
        found = guard.compare(
            self.golden, counts(object_instructions=99), "5.10.0 x86_64")
        self.assertEqual(found.worse, [])

    def test_on_another_kernel_what_no_layout_decides_is(self) -> None:
        golden = guard.Golden(HERE, [], {("k1", "naive"): counts()[KEY]})
        now = {("k1", "naive"): counts(object_reads=11, stack=11)[KEY]}
        found = guard.compare(golden, now, "5.10.0 x86_64")
        self.assertEqual(found.worse, ["k1 naive: object reads 10 -> 11"])

    def test_new_and_gone_forms_are_named(self) -> None:
        found = guard.compare(
            self.golden, {("k9", "fused"): counts()[KEY]}, HERE)
        self.assertEqual((found.new, found.gone), (["k9 fused"], ["k1 fused"]))

    def test_counts_that_were_not_taken_are_not_compared(self) -> None:
        now = {KEY: {"object_instructions": 10}}
        self.assertEqual(guard.compare(self.golden, now, HERE).worse, [])


class File(unittest.TestCase):
    def test_what_is_written_is_read(self) -> None:
        golden = guard.Golden(HERE, ["one guard more"], {
            KEY: {**counts()[KEY]}, ("skb", "naive"): {"object_reads": 3}})
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "golden" / "counts.txt"
            guard.write(path, golden)
            self.assertEqual(guard.read(path), golden)

    def test_a_missing_file_is_empty(self) -> None:
        self.assertEqual(guard.read(Path("/nowhere")).counts, {})


if __name__ == "__main__":
    unittest.main()
