"""The parser of what the loader says over a serial line."""

import unittest

import serial_lines

PROGRAM = '@@{"kind":"program","object":"k1","mode":"naive"}@@'


class Parse(unittest.TestCase):
    def test_results_among_console_lines(self) -> None:
        report = serial_lines.parse(
            'booting\r\n@@{"kind":"kernel","release":"6.1.0"}@@\r\n'
            f'[1.0] noise {PROGRAM}\r\n@@{{"kind":"end"}}@@\r\n')
        self.assertEqual(report.release, "6.1.0")
        self.assertEqual(report.programs, [{"object": "k1", "mode": "naive"}])
        self.assertEqual(report.console, ["booting"])
        self.assertTrue(report.finished)
        self.assertEqual(serial_lines.complaint(report), "")

    def test_torn_line(self) -> None:
        for torn in (PROGRAM[:-5], PROGRAM.replace('":"', '":[1.0] oops"')):
            report = serial_lines.parse(torn + '\n@@{"kind":"end"}@@\n')
            self.assertEqual(report.torn, 1)
            self.assertIn("torn", serial_lines.complaint(report))

    def test_early_end(self) -> None:
        report = serial_lines.parse(PROGRAM + "\nKernel panic: no\n</TASK>\n")
        self.assertIn("Kernel panic: no", serial_lines.complaint(report))
        self.assertIn("nothing", serial_lines.complaint(serial_lines.parse("")))

    def test_crash_of_the_loader(self) -> None:
        report = serial_lines.parse('@@{"kind":"crash","signal":11}@@\n')
        self.assertIn("signal 11", serial_lines.complaint(report))


if __name__ == "__main__":
    unittest.main()
