"""The command's exit status and closing line."""

import unittest

import run
from judge import Column, Judgement, judge
from serial_lines import Report


def judged(*columns: Column, problems: int = 0) -> Judgement:
    judgement = judge(list(columns))
    judgement.problems += ["something"] * problems
    return judgement


class Outcome(unittest.TestCase):
    GUEST = Column("6.1.0", report=Report(finished=True))
    HOST = Column("host", report=Report(finished=True), is_host=True)
    SKIPPED = Column("7", skipped="no suite")

    def test_exit_status(self) -> None:
        cases = [((self.GUEST, self.SKIPPED), 0, ["6.1", "7"], run.GOOD),
                 ((self.GUEST,), 1, ["6.1"], run.BAD),
                 ((self.SKIPPED, self.HOST), 0, ["7"], run.NOTHING_RAN),
                 ((self.SKIPPED, self.HOST), 1, ["7"], run.BAD),
                 ((self.HOST,), 0, [], run.GOOD)]
        for columns, problems, asked, status in cases:
            self.assertEqual(
                run.exit_status(judged(*columns, problems=problems), asked),
                status)

    def test_closing_line(self) -> None:
        self.assertEqual(run.closing_line(judged(self.GUEST), 1.5),
                         "matrix: 0 programs in 0 variants on 1 kernels: 0 "
                         "loads, 0 accepted, 0 with a reason of the kernel's; "
                         "no problems (6.1.0 0.0 s; 1.5 s in all)")
        self.assertEqual(run.closing_line(judged(self.SKIPPED), 1),
                         "matrix: no kernel could run")


if __name__ == "__main__":
    unittest.main()
