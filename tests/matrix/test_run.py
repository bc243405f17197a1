"""The command's exit status and closing line."""

import unittest

import grid
import run
from serial_lines import Report


def judged(*columns: grid.Column, problems: int = 0) -> grid.Judgement:
    judgement = grid.judge(list(columns))
    judgement.problems += ["something"] * problems
    return judgement


class Outcome(unittest.TestCase):
    GUEST = grid.Column("6.1.0", report=Report(finished=True))
    HOST = grid.Column("host", report=Report(finished=True), is_host=True)
    SKIPPED = grid.Column("7", skipped="no suite")

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
        self.assertEqual(run.closing_line(judged(self.GUEST)), "matrix: 0 "
                         "programs on 1 kernels (6.1.0 0.0 s): no problems")
        self.assertEqual(run.closing_line(judged(self.SKIPPED)),
                         "matrix: no kernel could run")


if __name__ == "__main__":
    unittest.main()
