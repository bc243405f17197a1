"""Charts as plain SVG. Colours and type come from the page's style sheet by
class, so that a chart follows the page into dark mode and onto paper; every
series also has a mark of its own, for those who can't tell the colours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

WIDTH = 920
LABEL = 130     # room for row labels
RIGHT = 24
ROW = 22
TOP, BOTTOM = 30, 44


@dataclass(frozen=True)
class Series:
    """One kind of point: its name, its style class, its mark."""

    name: str
    style: str     # s1 … s6
    mark: str      # circle, square, diamond, triangle, cross, ring


@dataclass(frozen=True)
class Row:
    """A labelled row with a value for some of the series."""

    label: str
    values: dict[str, float]


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


_MARKS = {
    "circle": lambda x, y: f'<circle cx="{x}" cy="{y}" r="4.5"/>',
    "ring": lambda x, y: f'<circle class="hollow" cx="{x}" cy="{y}" r="4.2"/>',
    "square": lambda x, y:
        f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>',
    "diamond": lambda x, y:
        f'<path d="M{x} {y - 5.5:.1f}l5.5 5.5-5.5 5.5-5.5-5.5z"/>',
    "triangle": lambda x, y:
        f'<path d="M{x} {y - 5:.1f}l5.2 9h-10.4z"/>',
    "cross": lambda x, y:
        f'<path class="hollow" d="M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8"/>',
}


def mark(series: Series, x: float, y: float, note: str) -> str:
    """One point, which tells its value when pointed at."""
    shape = _MARKS[series.mark](round(x, 1), round(y, 1))
    return f'<g class="{series.style}"><title>{escape(note)}</title>{shape}</g>'


def legend(series: list[Series]) -> str:
    """The series' marks and names, as HTML before the chart."""
    keys = "".join(
        f'<span><svg class="key" viewBox="0 0 14 14" width="14" height="14" '
        f'aria-hidden="true">{mark(one, 7, 7, one.name)}</svg>'
        f'{escape(one.name)}</span>' for one in series)
    return f'<p class="legend">{keys}</p>'


def ticks(limit: float, wanted: int = 6) -> list[float]:
    """Round values from 0 to at least the limit."""
    raw = limit / wanted
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10)
                if power * factor >= raw)
    return [step * place for place in range(math.ceil(limit / step - 1e-9) + 1)]


def _open(height: float, title: str) -> str:
    return (f'<svg class="chart" viewBox="0 0 {WIDTH} {height:.0f}" '
            f'role="img" aria-label="{escape(title)}">')


def _axis(places: list[float], scale, top: float, bottom: float,
          unit: str) -> list[str]:
    """Upright grid lines with their numbers below, and what they count."""
    parts = []
    for value in places:
        x = scale(value)
        parts.append(f'<path class="grid" d="M{x:.1f} {top}V{bottom}"/>'
                     f'<text class="tick" x="{x:.1f}" y="{bottom + 16:.0f}" '
                     f'text-anchor="middle">{_number(value)}</text>')
    middle = scale(places[-1] / 2)
    parts.append(f'<text class="axis" x="{middle:.1f}" '
                 f'y="{bottom + 34:.0f}" text-anchor="middle">'
                 f'{escape(unit)}</text>')
    return parts


def dots(title: str, rows: list[Row], series: list[Series], unit: str,
         reference: float | None = None) -> str:
    """A row for each label, a mark for each series; less is to the left."""
    most = max((value for row in rows for value in row.values.values()),
               default=1.0)
    places = ticks(max(most, reference or 0))
    span = WIDTH - LABEL - RIGHT

    def scale(value: float) -> float:
        return LABEL + span * value / places[-1]

    bottom = TOP + ROW * len(rows)
    parts = [_open(bottom + BOTTOM, title),
             *_axis(places, scale, TOP, bottom, unit)]
    if reference is not None:
        x = scale(reference)
        parts.append(f'<path class="reference" d="M{x:.1f} {TOP - 8}V{bottom}"/>'
                     f'<text class="tick" x="{x:.1f}" y="{TOP - 12}" '
                     f'text-anchor="middle">clang</text>')
    for place, row in enumerate(rows):
        y = TOP + ROW * (place + 0.5)
        if row.values:
            low, high = min(row.values.values()), max(row.values.values())
            parts.append(f'<path class="span" d="M{scale(low):.1f} {y}'
                         f'H{scale(high):.1f}"/>')
        parts.append(f'<text class="label" x="{LABEL - 12}" y="{y + 4:.0f}" '
                     f'text-anchor="end">{escape(row.label)}</text>')
        for one in reversed(series):
            if one.name in row.values:
                value = row.values[one.name]
                parts.append(mark(one, scale(value), y,
                                  f"{row.label}, {one.name}: {value:.2f}"))
    return "".join(parts) + "</svg>"


def bars(title: str, rows: list[tuple[str, str, float, str]],
         unit: str) -> str:
    """Lying bars: label, style, value, what is written behind it."""
    most = max((value for _, _, value, _ in rows), default=1.0)
    places = ticks(most * 1.25)
    span = WIDTH - LABEL - RIGHT

    def scale(value: float) -> float:
        return LABEL + span * value / places[-1]

    height = ROW + 6
    bottom = 8 + height * len(rows)
    parts = [_open(bottom + BOTTOM, title),
             *_axis(places, scale, 8, bottom, unit)]
    for place, (label, style, value, text) in enumerate(rows):
        y = 8 + height * place + 4
        parts.append(
            f'<text class="label" x="{LABEL - 12}" y="{y + 14}" '
            f'text-anchor="end">{escape(label)}</text>'
            f'<rect class="{style}" x="{LABEL}" y="{y}" rx="2" '
            f'width="{max(scale(value) - LABEL, 1):.1f}" height="{height - 8}"/>'
            f'<text class="value" x="{scale(value) + 6:.1f}" y="{y + 14}">'
            f'{escape(text)}</text>')
    return "".join(parts) + "</svg>"


def scatter(title: str, points: list[tuple[Series, float, float, str]],
            across: str, up: str, line: tuple[float, float] | None) -> str:
    """Points by two measures; `line` is slope and height at 0."""
    left, height = 64, 340
    right_ticks = ticks(max(x for _, x, _, _ in points) or 1)
    up_ticks = ticks(max(y for _, _, y, _ in points) or 1)
    span, rise = WIDTH - left - RIGHT, height - TOP

    def at(x: float) -> float:
        return left + span * x / right_ticks[-1]

    def over(y: float) -> float:
        return height - rise * y / up_ticks[-1]

    parts = [_open(height + BOTTOM, title),
             *_axis(right_ticks, at, TOP, height, across)]
    for value in up_ticks:
        parts.append(f'<path class="grid" d="M{left} {over(value):.1f}'
                     f'H{WIDTH - RIGHT}"/>'
                     f'<text class="tick" x="{left - 8}" '
                     f'y="{over(value) + 4:.1f}" text-anchor="end">'
                     f'{_number(value)}</text>')
    parts.append(f'<text class="axis" x="{left}" y="{TOP - 12}">'
                 f'{escape(up)}</text>')
    if line:
        slope, rest = line
        end = right_ticks[-1]
        parts.append(f'<path class="reference" d="M{at(0):.1f} '
                     f'{over(max(rest, 0)):.1f}L{at(end):.1f} '
                     f'{over(min(slope * end + rest, up_ticks[-1])):.1f}"/>')
    parts += [mark(series, at(x), over(y), note)
              for series, x, y, note in points]
    return "".join(parts) + "</svg>"
