"""Judging reports and printing the grid."""

import io
import json
import unittest
from typing import Any

import grid
from judge import Column, Judgement, judge
from objects import Objects
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


def scenario(failures: str = "", not_attached: str = "", skipped: str = ""
             ) -> dict[str, Any]:
    record = program("fused-v3-O2", scenario={
        "failures": failures, "notAttached": not_attached, "skipped": skipped})
    del record["run"]
    return record


def column(*records: dict[str, Any], title: str = "6.1", **more: Any
           ) -> Column:
    report = Report(programs=list(records), finished=True)
    return Column(title, report=report, **more)


def values(judgement: Judgement) -> list[str]:
    return [cell.values for cell in judgement.cells]


class Judge(unittest.TestCase):
    def test_equal_values(self) -> None:
        judgement = judge([column(program("naive"), program("fused"))])
        self.assertEqual(values(judgement), ["reference", "same"])
        self.assertEqual(judgement.problems, [])

    def test_mismatch(self) -> None:
        judgement = judge([column(program("naive"), program("fused", "bb"))])
        self.assertEqual(values(judgement), ["reference", "different"])
        self.assertEqual(judgement.cells[1].note, "events: bb, was aa")
        self.assertEqual(len(judgement.problems), 1)

    def test_naive_is_the_reference_wherever_it_stands(self) -> None:
        judgement = judge([column(program("fused-v3-O2", "bb"),
                                  program("naive-v3-O2"),
                                  program("single-v3-O2"))])
        self.assertEqual(values(judgement), ["different", "reference", "same"])

    def test_each_kernel_is_compared_with_itself(self) -> None:
        judgement = judge([
            column(program("naive", "aa"), program("fused", "aa")),
            column(program("naive", "bb"), program("fused", "bb"))])
        self.assertEqual(judgement.problems, [])

    def test_firing_is_compared_like_a_run(self) -> None:
        def fired(mode: str, value: str) -> dict[str, Any]:
            record = program(mode, value)
            record["fire"] = record.pop("run")
            return record
        judgement = judge([column(fired("naive", "aa"), fired("fused", "bb"))])
        self.assertEqual(values(judgement), ["reference", "different"])

    def test_rejection(self) -> None:
        judgement = judge([column(rejected("naive"))])
        cell = judgement.cells[0]
        self.assertEqual((cell.verdict, cell.reason),
                         ("rejected", "R0 is bad (at: (foo))"))
        self.assertEqual(judgement.problems,
                         ["6.1: k1 p naive: rejected: R0 is bad"])

    def test_no_permission_on_the_host_is_no_problem(self) -> None:
        judgement = judge([column(rejected("naive", errno=1), is_host=True)])
        self.assertEqual(judgement.cells[0].verdict, "not permitted")
        self.assertEqual(judgement.problems, [])

    def test_a_declared_need_excuses_a_rejection_of_an_older_kernel(self
                                                                    ) -> None:
        made = Objects(needs={"k1": ((6, 2), "needs Linux 6.2 (x)")})
        for title, verdict, problems in (("6.1.3", "excused", 0),
                                         ("6.12.1", "rejected", 1)):
            judgement = judge([column(rejected("naive"), title=title)], made)
            self.assertEqual(judgement.cells[0].verdict, verdict)
            self.assertEqual(len(judgement.problems), problems)

    def test_a_mode_may_need_a_kernel(self) -> None:
        judgement = judge([column(rejected("direct-v3-O2"), title="5.10.1")])
        self.assertEqual(judgement.cells[0].verdict, "excused")

    def test_what_a_kernel_was_not_given_has_a_reason(self) -> None:
        judgement = judge([column(title="5.10", unfit=[("k1", "naive-v4-O2")])])
        self.assertEqual(judgement.cells[0].note,
                         "instruction set v4 needs Linux 6.6")

    def test_twins_share_a_verdict(self) -> None:
        made = Objects(twins={("k1", "naive-v3-O2"):
                              ["naive-v3-O2", "fused-v3-O2"]})
        judgement = judge([column(program("naive-v3-O2"))], made)
        self.assertEqual([cell.variant for cell in judgement.cells],
                         ["naive-v3-O2", "fused-v3-O2"])

    def test_scenarios(self) -> None:
        for record, is_host, value, problems in (
                (scenario(), False, "proved", 0),
                (scenario(failures="1, not 2"), False, "different", 1),
                (scenario(not_attached="ENOENT"), False, "not proved", 1),
                (scenario(not_attached="ENOENT"), True, "not proved", 0),
                (scenario(skipped="no disk"), False, "not proved", 0)):
            judgement = judge([column(record, is_host=is_host)])
            self.assertEqual(values(judgement), [value])
            self.assertEqual(len(judgement.problems), problems)

    def test_a_guest_that_did_not_finish_is_a_problem(self) -> None:
        judgement = judge([Column("6.1", failed="no end after 9 s")])
        self.assertEqual(judgement.problems, ["6.1: no end after 9 s"])


class Render(unittest.TestCase):
    def test_summary(self) -> None:
        made = Objects(twins={("k1", "naive-v3-O2"):
                              ["naive-v3-O2", "naive-v1-O2"]})
        text = grid.render(judge([
            column(program("naive-v3-O2"), program("fused-v3-O2", "bb")),
            column(program("naive-v3-O2"), rejected("fused-v3-O2"),
                   title="5.10"),
            Column("7", skipped="no suite has it")], made), with_detail=True)
        self.assertIn("k1      3/3 =2 !1[1]  2/3 =2 !1[2]", text)
        self.assertIn("[1]  events: bb, was aa", text)
        self.assertIn("fused -O2  1/1  0/1", text)
        self.assertIn("skipped: 7: no suite has it", text)
        self.assertIn("40/3", text)

    def test_a_program_of_two_is_refused(self) -> None:
        text = grid.render(judge([column(
            program("naive-v3-O2"),
            rejected("naive-v3-O2") | {"program": "q"})]))
        self.assertIn("k1      0/1 !1[1]", text)

    def test_random_programs_share_a_row(self) -> None:
        judgement = judge([column(*(
            program(mode, value, object=f"random-7-{number}")
            for number, value in ((0, "aa"), (12, "bb"))
            for mode, value in (("naive-v3-O2", "aa"),
                                ("fused-v3-O2", value))))])
        text = grid.render(judgement, with_detail=True)
        self.assertIn("2 random programs  4/4 =3 !1[1]", text)
        self.assertNotIn("random-7-0", text)

    def test_json_lines(self) -> None:
        file = io.StringIO()
        grid.write_json(judge([column(program("fused-v1-O0"))]), file)
        lines = [json.loads(line) for line in file.getvalue().splitlines()]
        self.assertEqual([line["kind"] for line in lines],
                         ["kernel", "program"])
        self.assertEqual(lines[1]["mcpu"], "v1")
        self.assertEqual(lines[1]["probeReads"], {"probe_read_kernel": 3})


if __name__ == "__main__":
    unittest.main()
