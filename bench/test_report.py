"""What is made of a record: ratios, promises, the page, the summary, and the
comparison of two."""

import copy
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

from driver import charts, compare, figures, record, report, summary
from driver.objects import Failed

NET = {"c-core": 100.0, "c-direct": 20.0, "c-fused": 60.0, "fused": 50.0,
       "portable": 20.5}


def time_of(form: str, net: float) -> dict:
    return {"kind": "time", "probe": "k1", "form": form, "ns": net + 20,
            "net_ns": net, "low_ns": net + 19.8, "high_ns": net + 20.2,
            "least_ns": net + 19, "repeat": 100, "samples": 10, "records": 1}


def count_of(form: str, number: int) -> dict:
    return {"kind": "counts", "probe": "k1", "form": form, "accepted": True,
            "object_instructions": number, "object_reads": 8,
            "loaded_instructions": number, "loaded_reads": 8,
            "executed_reads": 8, "stack": 16, "jited_bytes": 99,
            "verified_instructions": 99, "states": 2, "verifier_us": 90}


def grid_of(kernel: str, verdict: str) -> dict:
    return {"kind": "grid", "kernel": kernel, "object": "k1.bpf.o",
            "program": "k1", "reads": "fused", "mcpu": "v3", "optimize": 2,
            "verdict": verdict, "reason": "no <such> helper" * (
                verdict != "accepted"), "values": "same", "note": ""}


def sample() -> list[dict]:
    """A record of one probe."""
    records = [{"kind": "run", "kernel": "6.18", "machine": "x86_64",
                "processor": "a <fast> one", "processors": 2, "load": 0.1,
                "clang": "clang 19", "commit": "abc", "date": "2026-01-01",
                "quick": False}]
    for form, net in NET.items():
        records += [count_of(form, int(net)), time_of(form, net)]
    records += [grid_of("5.10", "accepted"), grid_of("5.10", "excused"),
                grid_of("7.2", "rejected")]
    records += [{"kind": "compile", "probe": "k1", "form": form,
                 "cold_ms": 2 * ms, "warm_ms": ms, "warm_low_ms": ms,
                 "cpu_ms": ms, "peak_kb": 1000, "processes": 3}
                for form, ms in (("portable", 50.0), ("c-core", 400.0))]
    return records


class Figures(unittest.TestCase):
    def setUp(self) -> None:
        self.record = record.sort(sample())

    def test_a_promise_is_judged_against_clang_and_the_best_twin(self) -> None:
        held = {(verdict.target.form, verdict.target.of): verdict
                for verdict in figures.verdicts(self.record)}
        self.assertTrue(held["fused", "c-core"].holds)
        self.assertTrue(held["portable", "c-core"].holds)
        self.assertAlmostEqual(held["portable", "best"].ratio, 20.5 / 20)

    def test_what_the_clock_cannot_tell_apart_holds_and_is_said(self) -> None:
        self.record.times["k1", "portable"]["net_ns"] = 21.9
        verdict = figures.judge(self.record, figures.TARGETS[0], "k1")
        self.assertTrue(verdict.holds)
        self.assertIn("tell apart", verdict.why)

    def test_samples_that_spread_tell_less_apart(self) -> None:
        time = self.record.times["k1", "portable"]
        time["net_ns"] = 24.0
        self.assertFalse(
            figures.judge(self.record, figures.TARGETS[0], "k1").holds)
        time["high_ns"] = time["low_ns"] + 10
        self.assertTrue(
            figures.judge(self.record, figures.TARGETS[0], "k1").holds)

    def test_too_slow_does_not_hold(self) -> None:
        self.record.times["k1", "portable"]["net_ns"] = 36.5
        verdict = figures.judge(self.record, figures.TARGETS[1], "k1")
        self.assertFalse(verdict.holds)

    def test_what_was_not_measured_is_not_judged(self) -> None:
        del self.record.times["k1", "portable"]
        forms = {verdict.target.form
                 for verdict in figures.verdicts(self.record)}
        self.assertEqual(forms, {"fused"})


class Whole(HTMLParser):
    """Do the tags of a page match? What does it refer to?"""

    EMPTY = {"meta", "circle", "rect", "path", "br"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag, attributes):
        self.links += [value for name, value in attributes
                       if name in ("src", "href")]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


class Page(unittest.TestCase):
    def check(self, records: list[dict]) -> str:
        text = report.html(record.sort(records))
        page = Whole()
        page.feed(text)
        self.assertEqual((page.open, page.wrong, page.links), ([], [], []))
        self.assertNotIn("http", text)
        return text

    def test_is_whole_and_needs_no_network(self) -> None:
        text = self.check(sample())
        self.assertIn("Acceptance", text)
        self.assertIn("a &lt;fast&gt; one", text)
        self.assertIn("no &lt;such&gt; helper", text)

    def test_without_times_and_grid(self) -> None:
        self.check([found for found in sample()
                    if found["kind"] in ("run", "counts")])

    def test_of_nothing(self) -> None:
        self.check([])

    def test_a_noisy_machine_is_called_noisy(self) -> None:
        records = sample()
        for found in records:
            if found["kind"] == "time":
                found["high_ns"] *= 1.5
        self.assertIn("The machine was noisy", self.check(records))
        self.assertNotIn("noisy", self.check(sample()))

    def test_an_interrupted_run_is_called_so(self) -> None:
        records = sample()
        records[0]["complete"] = False
        self.assertIn("interrupted", self.check(records))

    def test_the_grid_has_a_cell_for_each_kernel_and_instruction_set(
            self) -> None:
        other = {**grid_of("7.2", "accepted"), "mcpu": "v4",
                 "values": "different", "note": "events: 1, was 2"}
        text = self.check([*sample(), other, grid_of("6.1", "accepted")])
        self.assertIn("– 1/2</td>", text)       # 5.10, one excused
        self.assertIn("✗ 1 of 1</td>", text)    # 7.2, v3 rejected
        self.assertIn("✓ 1</td>", text)         # 6.1
        self.assertIn("other values: events: 1, was 2", text)

    def test_ticks_say_where_they_stand(self) -> None:
        for limit in (0.3, 1.25, 7, 40, 900):
            places = charts.ticks(limit)
            self.assertGreaterEqual(places[-1], limit)
            for place in places:
                self.assertAlmostEqual(float(charts._number(place)), place)

    def test_the_summary_has_every_column(self) -> None:
        text = summary.markdown(record.sort(sample()))
        self.assertIn("| k1 | 100 / 8 | 60 / 8 | 20 / 8 | 50 / 8 | 20 / 8 |",
                      text)
        self.assertIn("| k1 | 100 | 60 | 20 | 50 | 20 |", text)
        self.assertIn("| `portable` | 100 | 50 | 50 | – | 1 |", text)

    def test_the_summary_goes_between_the_marks_of_a_file(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "README.md"
            path.write_text(f"before\n{summary.BEGIN}\nstale\n{summary.END}\n"
                            "after\n")
            for _ in range(2):  # again and again
                summary.put_into(path, record.sort(sample()))
                text = path.read_text()
                self.assertTrue(text.startswith("before\n<!--"))
                self.assertTrue(text.endswith("-->\nafter\n"))
                self.assertIn("| k1 | 100 / 8 |", text)
                self.assertNotIn("stale", text)
            path.write_text("no marks")
            with self.assertRaises(Failed):
                summary.put_into(path, record.sort(sample()))


class Noise(unittest.TestCase):
    def reasons(self, records: list[dict]) -> list[str]:
        return figures.noisy(record.sort(sample() + records))

    def machine(self, **shares: float) -> dict:
        return {"kind": "machine", "probe": "k1", "processor": 1,
                "wall_s": 10.0, "own_s": 9.9, "stolen_s": 0.0,
                "preempted": 0, **shares}

    def empty(self, probe: str, ns: float) -> dict:
        return {**time_of("baseline", 0), "probe": probe, "ns": ns,
                "low_ns": ns, "high_ns": ns, "records": 0}

    def test_a_quiet_machine(self) -> None:
        self.assertEqual(self.reasons([
            self.machine(), self.empty("k1", 20), self.empty("k2", 21)]), [])

    def test_others_on_the_processor(self) -> None:
        self.assertEqual(self.reasons([self.machine(own_s=6.0)]),
                         ["others had 40% of the processor"])

    def test_a_busy_host(self) -> None:
        self.assertEqual(self.reasons([self.machine(stolen_s=0.5)]),
                         ["the hypervisor took 5% of it"])

    def test_an_empty_program_that_varies(self) -> None:
        self.assertEqual(
            self.reasons([self.empty("k1", 20), self.empty("k2", 30)]),
            ["the empty program took 50% more beside one probe than another"])


class Compare(unittest.TestCase):
    def changed(self, change) -> compare.Changes:
        new = record.sort(copy.deepcopy(sample()))
        change(new)
        return compare.compare(record.sort(sample()), new)

    def test_nothing_changed(self) -> None:
        changes = self.changed(lambda new: None)
        self.assertEqual(
            (changes.worse_counts, changes.better_counts, changes.other),
            ([], [], []))
        self.assertEqual(changes.notes, [
            "medians of times moved by 0.0% in the middle, 0.0% at most; 0 of "
            "5 by more than 10%"])

    def test_a_noisy_record_is_told(self) -> None:
        def change(new):
            for time in new.times.values():
                time["high_ns"] *= 1.5
        notes = self.changed(change).notes
        self.assertTrue(all("the new record is of a noisy machine" in note
                            for note in notes[:-1]))
        self.assertEqual(len(notes), 3)

    def test_a_count_that_grew_is_worse(self) -> None:
        def change(new):
            new.counts["k1", "fused"]["loaded_reads"] = 9
            new.counts["k1", "fused"]["stack"] = 24
            new.counts["k1", "portable"]["loaded_instructions"] = 19
        changes = self.changed(change)
        self.assertEqual(changes.worse_counts,
                         ["k1 fused: loaded reads 8 -> 9"])
        self.assertEqual(changes.other, ["k1 fused: stack 16 -> 24"])
        self.assertEqual(changes.better_counts,
                         ["k1 portable: loaded instructions 20 -> 19"])

    def test_a_twin_that_grew_is_not(self) -> None:
        def change(new):
            new.counts["k1", "c-core"]["loaded_reads"] = 24
        self.assertEqual(self.changed(change).worse_counts, [])

    def test_a_rejection_is_worse(self) -> None:
        def change(new):
            new.counts["k1", "fused"].update(accepted=False, reason="no")
        self.assertEqual(self.changed(change).worse_counts,
                         ["k1 fused: no longer accepted: no"])

    def test_times_within_noise_are_not_told(self) -> None:
        def change(new):
            new.times["k1", "fused"]["net_ns"] = 53.0
        self.assertEqual(self.changed(change).other, [])

    def test_times_beyond_noise_are(self) -> None:
        def change(new):
            new.times["k1", "fused"]["net_ns"] = 60.0
        self.assertEqual(len(self.changed(change).other), 1)

    def test_a_slower_machine_is_no_change(self) -> None:
        def change(new):
            for time in new.times.values():
                time["net_ns"] *= 1.5
        self.assertEqual(self.changed(change).other, [])

    def test_on_another_kernel_loaded_counts_are_not_compared(self) -> None:
        def change(new):
            new.about["kernel"] = "7.2"
            new.counts["k1", "fused"]["loaded_instructions"] = 99
        changes = self.changed(change)
        self.assertEqual(changes.worse_counts, [])
        self.assertIn("are not compared", changes.notes[-1])


class File(unittest.TestCase):
    def test_what_is_written_is_read(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.jsonl"
            record.write(path, sample())
            self.assertEqual(record.read(path), record.sort(sample()))

    def test_a_broken_line_is_named(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.jsonl"
            path.write_text('{"kind": "run"}\n{"kind"\n')
            with self.assertRaisesRegex(Failed, "bench.jsonl:2: not a record"):
                record.read(path)


if __name__ == "__main__":
    unittest.main()
