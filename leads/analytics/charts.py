"""The charts as SVG, made on the server: pure functions of numbers. Colours are classes; text is never scaled.

What lies along the page is in per cent of the drawing's width, heights and text are in pixels, so that a drawing fits
any screen with its text as large as it was. In Arabic time runs from right to left: `rtl` mirrors every place.
"""

from math import ceil, floor, log10
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

PLOT, TOP, BELOW = 180, 10, 26  # pixels: of the columns, above them, and for what stands below
LEVELS = 5


class Column(NamedTuple):
    """Two columns side by side: of a week, say. `is_whole` is false where it is cut or not over yet."""

    label: str
    title: str
    one: int
    other: int
    is_whole: bool = True


def bar(share: float, tone: str, rtl: bool = False) -> SafeString:
    """One bar of a table's row, `share` of 0 to 1 of its width."""
    width = share * 100
    x = _percent(_place(0, width, rtl))
    return format_html(
        '<svg class="bar" aria-hidden="true"><rect class="{}" x="{}" width="{}" height="100%" rx="3"/></svg>',
        *(f"tone-{tone}", x, _percent(width)),
    )


def stack(parts: list[tuple[str, int]], rtl: bool = False) -> SafeString:
    """One bar of several (tone, number)."""
    total, at, rects = sum(number for _tone, number in parts) or 1, 0.0, []
    for tone, number in parts:
        width = number / total * 100
        rects.append((f"tone-{tone}", _percent(_place(at, width, rtl)), _percent(width)))
        at += width
    drawn = format_html_join("", '<rect class="{}" x="{}" width="{}" height="100%"/>', rects)
    return format_html('<svg class="bar bar-stack" aria-hidden="true">{}</svg>', drawn)


def dot(value: float, low: float, high: float, rtl: bool = False) -> SafeString:
    """A share with its interval, on a line from 0 to 1."""
    lines = format_html_join("", '<line class="grid" x1="{0}" x2="{0}" y1="0" y2="100%"/>', _quarters())
    ends = (_percent(_place(end * 100, 0, rtl)) for end in (low, high, value))
    mark = '<line class="range" x1="{}" x2="{}" y1="50%" y2="50%"/><circle class="dot" cx="{}" cy="50%" r="5"/>'
    return format_html('<svg class="dots" aria-hidden="true">{}{}</svg>', lines, format_html(mark, *ends))


def shares(names: list[str], rtl: bool = False) -> SafeString:
    """What the lines below dots stand for: the names of 0, 25, 50, 75 and 100 per cent."""
    texts = [(_percent(_place(place * 25, 0, rtl)), name) for place, name in enumerate(names)]
    drawn = format_html_join("", '<text x="{}" y="12" text-anchor="middle">{}</text>', texts)
    return format_html('<svg class="dots dots-scale" aria-hidden="true">{}</svg>', drawn)


def columns(found: list[Column], *, labels: int, rtl: bool = False) -> SafeString:
    """Pairs of columns above their labels, of which there is room for so many."""
    top = scale(found)[-1]
    step, every = 100 / max(len(found), 1), ceil(len(found) / labels)
    drawn = [_pair(each, place * step, step, top, rtl) for place, each in enumerate(found)]
    named = [
        (_percent(_place((place + 0.5) * step, 0, rtl)), TOP + PLOT + 18, each.label)
        for place, each in enumerate(found)
        if (len(found) - 1 - place) % every == 0
    ]
    return format_html(
        '<svg class="columns" height="{}" aria-hidden="true">{}{}{}</svg>',
        TOP + PLOT + BELOW,
        format_html_join("", '<line class="grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>', _heights(found)),
        format_html_join("", "{}", ((pair,) for pair in drawn)),
        format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', named),
    )


def axis(found: list[Column], rtl: bool = False) -> SafeString:
    """The numbers beside the columns. From right to left, the left one is a text's end."""
    ticks = zip(_heights(found), scale(found), strict=True)
    texts = [("0" if rtl else "100%", height, number) for (height,), number in ticks]
    drawn = format_html_join("", '<text x="{}" y="{}" dy=".35em" text-anchor="end">{}</text>', texts)
    return format_html('<svg class="axis" height="{}" aria-hidden="true">{}</svg>', TOP + PLOT + BELOW, drawn)


def scale(found: list[Column]) -> list[int]:
    """Round numbers from 0 to the largest column or more, at most six."""
    most = max((max(each.one, each.other) for each in found), default=0)
    size = 10 ** floor(log10(most / 5)) if most > 5 else 1
    step = next(step for step in (size, 2 * size, 5 * size, 10 * size) if step * 5 >= most)
    return [tick * step for tick in range(max(ceil(most / step), 1) + 1)]


def level(number: int, most: int) -> int:
    """Of a heat map: 0 for nothing, else 1 to LEVELS."""
    return ceil(number / most * LEVELS) if number else 0


def _pair(each, left, step, top, rtl):
    paler = "" if each.is_whole else " is-cut"
    rects = [
        (f"tone-{tone}{paler}", _percent(_place(left + step * at, step * 0.36, rtl)), _percent(step * 0.36), y, height)
        for tone, at, number in (("one", 0.13, each.one), ("other", 0.51, each.other))
        for height in [round(number / top * PLOT, 1)]
        for y in [round(TOP + PLOT - height, 1)]
    ]
    drawn = format_html_join("", '<rect class="{}" x="{}" width="{}" y="{}" height="{}" rx="2"/>', rects)
    return format_html("<g><title>{}</title>{}</g>", each.title, drawn)


def _heights(found):
    ticks = scale(found)
    return [(round(TOP + PLOT - tick / ticks[-1] * PLOT, 1),) for tick in ticks]


def _quarters():
    return [(_percent(quarter * 25),) for quarter in range(5)]


def _place(left, width, rtl):
    return 100 - left - width if rtl else left


def _percent(number):
    return f"{round(number, 2):g}%"
