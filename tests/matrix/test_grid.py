"""Judging reports and printing the grid."""

import unittest
from typing import Any

import grid
from serial_lines import Report


def program(mode: str, value: str = "aa", **more: Any) -> dict[str, Any]:
    """An accepted program that ran and left one value."""
    maps = {"events": {"entries": 1, "hash": value, "hex": value}}
    record: dict[str, Any] = {
        "object": "k1", "mode": mode, "program": "p", "section": "tc",
        "accepted": True, "instructions": 40, "reads":
        {"probe_read_kernel": 3}, "readsKnown": True,
        "run": {"error": 0, "returned": 1, "packet": "0", "maps": maps}}
    return record | more


def rejected(mode: str, errno: int = 13) -> dict[str, Any]:
    return {"object": "k1", "mode": mode, "program": "p", "section": "tc",
            "accepted": False, "errno": errno, "reason": "R0 is bad",
            "source": "(foo)"}


def column(*records: dict[str, Any], title: str = "6.1", **more: Any
           ) -> grid.Column:
    report = Report(programs=list(records), finished=True)
    return grid.Column(title, report=report, **more)


class Judge(unittest.TestCase):
    def test_equal_values(self) -> None:
        judgement = grid.judge([column(program("naive"), program("fused"))])
        self.assertEqual(list(judgement.cells.values()), ["40/3 v", "40/3 ="])
        self.assertEqual(judgement.problems, [])

    def test_mismatch(self) -> None:
        judgement = grid.judge(
            [column(program("naive"), program("fused", "bb"))])
        self.assertIn("40/3 ![1]", judgement.cells.values())
        self.assertEqual(judgement.notes, ["events: bb, was aa"])
        self.assertEqual(len(judgement.problems), 1)

    def test_naive_is_the_reference_wherever_it_stands(self) -> None:
        judgement = grid.judge([column(program("fused", "bb"),
                                       program("naive"), program("single"))])
        self.assertEqual(list(judgement.cells.values()),
                         ["40/3 ![1]", "40/3 v", "40/3 ="])

    def test_each_kernel_is_compared_with_itself(self) -> None:
        judgement = grid.judge([
            column(program("naive", "aa"), program("fused", "aa")),
            column(program("naive", "bb"), program("fused", "bb"))])
        self.assertEqual(judgement.problems, [])

    def test_rejection(self) -> None:
        judgement = grid.judge([column(rejected("naive"))])
        self.assertEqual(list(judgement.cells.values()), ["REJECTED[1]"])
        self.assertEqual(judgement.notes, ["R0 is bad (at: (foo))"])
        self.assertEqual(len(judgement.problems), 1)

    def test_no_permission_on_the_host_is_no_problem(self) -> None:
        records = (rejected("naive", grid.EPERM),)
        on_host = grid.judge([column(*records, is_host=True)])
        in_guest = grid.judge([column(*records)])
        self.assertEqual(on_host.problems, [])
        self.assertEqual(len(in_guest.problems), 1)

    def test_fire(self) -> None:
        def fired(error: str, runs: int) -> str:
            fire = {"error": error, "runs": runs, "records": 0}
            judgement = grid.judge([column(program("naive", fire=fire))])
            return next(iter(judgement.cells.values()))
        self.assertEqual(fired("", 2), "40/3 v *2")
        self.assertEqual(fired("", 0), "40/3 v *0")
        self.assertEqual(fired("No such file", 0), "40/3 v *-[1]")

    def test_a_kernel_that_failed_is_a_problem(self) -> None:
        judgement = grid.judge([grid.Column("7.3", failed="no end")])
        self.assertEqual(judgement.problems, ["7.3: no end"])


class Render(unittest.TestCase):
    def test_text(self) -> None:
        text = grid.render(grid.judge([
            column(program("naive"), program("fused")),
            column(program("naive"), rejected("fused"), title="7.3"),
            grid.Column("5.10", skipped="no suite")]))
        lines = text.splitlines()
        self.assertEqual(lines[0].split(), ["object", "program", "section",
                                            "mode", "6.1", "7.3"])
        self.assertEqual(lines[1].split(), ["k1", "p", "tc", "naive", "40/3",
                                            "v", "40/3", "v"])
        self.assertEqual(lines[2].split(), ["fused", "40/3", "=",
                                            "REJECTED[1]"])
        self.assertEqual(lines[1].index("naive"), lines[2].index("fused"))
        self.assertIn("  [1]  R0 is bad (at: (foo))", lines)
        self.assertIn("skipped: 5.10: no suite", lines)


if __name__ == "__main__":
    unittest.main()
