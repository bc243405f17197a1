"""The acceptance grid: what `./dev matrix` found, as one table and the reasons
for everything that is not in it with a ✓."""

from __future__ import annotations

from collections import Counter
from html import escape

ACCEPTED, EXCUSED = "accepted", ("excused", "not permitted")
COMPARED = ("proved", "reference", "same")
WRONG = "different"

Row = tuple[str, str]       # kernel, instruction set
Column = tuple[int, str]    # level of optimization, way of reading


class Grid:
    """The programs of a matrix by kernel and by how they were compiled."""

    def __init__(self, programs: list[dict]) -> None:
        self.cells: dict[tuple[Row, Column], list[dict]] = {}
        for found in programs:
            row = found["kernel"], found["mcpu"]
            column = found["optimize"], found["reads"]
            self.cells.setdefault((row, column), []).append(found)
        # Kernels stay in the order in which they were run.
        self.kernels = {kernel: sorted({one for (place, one), _ in self.cells
                                        if place == kernel})
                        for (kernel, _), _ in self.cells}
        columns = {column for _, column in self.cells}
        self.levels = {level: sorted(reads for one, reads in columns
                                     if one == level)
                       for level in sorted({one for one, _ in columns},
                                           reverse=True)}

    def table(self) -> str:
        """Kernels and instruction sets down, ways of reading across."""
        above = "".join(f'<th class="c first" colspan="{len(reads)}">-O{level}'
                        "</th>" for level, reads in self.levels.items())
        head = "".join(f'<th class="c{" first" * (not place)}">{one}</th>'
                       for reads in self.levels.values()
                       for place, one in enumerate(reads))
        body = "".join(
            "<tr>" + (f'<td rowspan="{len(sets)}">{escape(kernel)}</td>'
                      if not place else "")
            + f"<td>{one}</td>" + "".join(
                self._cell(((kernel, one), (level, way)), not index)
                for level, reads in self.levels.items()
                for index, way in enumerate(reads)) + "</tr>"
            for kernel, sets in self.kernels.items()
            for place, one in enumerate(sets))
        return ('<div class="wide"><table class="acceptance"><thead>'
                f'<tr><th colspan="2"></th>{above}</tr>'
                f'<tr><th colspan="2"></th>{head}</tr></thead>'
                f"<tbody>{body}</tbody></table></div>")

    def _cell(self, key: tuple[Row, Column], first: bool) -> str:
        found = self.cells.get(key, [])
        accepted = sum(one["verdict"] == ACCEPTED for one in found)
        excused = sum(one["verdict"] in EXCUSED for one in found)
        wrong = (len(found) - accepted - excused
                 + sum(one["values"] == WRONG for one in found))
        compared = sum(one["values"] in COMPARED for one in found)
        if wrong:
            style, mark, text = "bad", "✗", f"{wrong} of {len(found)}"
        elif excused:
            style, mark = "some", "–"
            text = f"{accepted}/{len(found)}" if accepted else ""
        else:
            style, mark, text = "good", "✓", str(accepted)
        note = (f"{accepted} of {len(found)} accepted, {compared} run and "
                f"compared, {excused} excused, {wrong} wrong")
        if not found:
            style, mark, text, note = "some", "", "", "not tried"
        return (f'<td class="c {style}{" first" * first}" title="{note}">'
                f"{mark} {text}</td>")

    def reasons(self) -> str:
        """Why what was not accepted was not, and what differs."""
        counts: Counter[tuple[str, str, str]] = Counter()
        for found in (one for cell in self.cells.values() for one in cell):
            if found["verdict"] != ACCEPTED:
                text = found["note"] or found["reason"]
                counts[found["verdict"], text, found["kernel"]] += 1
            elif found["values"] == WRONG:
                counts["other values", found["note"], found["kernel"]] += 1
        places: dict[tuple[str, str], list[str]] = {}
        for (verdict, text, kernel), count in counts.items():
            places.setdefault((verdict, text), []).append(
                f"{count} on {kernel}")
        lines = "".join(
            f"<li>{escape(verdict)}: {escape(text)} "
            f"<small>({escape(', '.join(where))})</small></li>"
            for (verdict, text), where in sorted(places.items()))
        return f"<p>Not accepted:</p><ul>{lines}</ul>" if lines else ""
