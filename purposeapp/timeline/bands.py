"""A stacked area chart of many results: a band for each purpose, ten points high in total.

The edges of the bands are curves that are horizontal at each result and monotone in between, so
they never go beyond the points of two adjacent results. All edges have the same kind of curve, so
they never cross. SVG paths are in a box that is 2,000 wide and 10 high; y grows downwards.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from purposeapp.split import BUDGET, Purpose, Split
from purposeapp.timeline.axis import NARROW, WIDE

CLOSEST = 10
"""Only one result is drawn within this width, in path units: 0.5%, or 3 px on a wide screen."""
CANDIDATES = 25
"""The number of positions that are tried for the name of a band."""


@dataclass(frozen=True)
class Label:
    """The position of a purpose's name on its band, in percent of the picture."""

    x: float
    y: float
    is_optional: bool
    """Whether it fits only on a wide screen."""


@dataclass(frozen=True)
class Band:
    """A purpose's band, filled from its upper edge to the bottom: the next band covers the rest."""

    purpose: Purpose
    path: str
    label: Label | None
    """None if the band is too thin everywhere."""


def draw_bands(splits: Sequence[Split], places: Sequence[float], tail: float = 0) -> list[Band]:
    """Return a band for each purpose that has points; `places` are in percent of the width.

    After the last place, the bands continue horizontally for `tail` percent.
    """
    at = dict(zip((2 * round(x * 10) for x in places), splits, strict=True))
    # Results that are too close together can't be told apart: only the last of them is drawn.
    xs = list(dict.fromkeys([next(iter(at)), *{x // CLOSEST: x for x in at}.values()]))
    edges = [(0,) * len(xs), *zip(*(accumulate(at[x]) for x in xs), strict=True)]
    return [
        Band(
            purpose,
            _path(xs, top, 2 * round(tail * 10)),
            _label(str(purpose.label), xs, top, bottom),
        )
        for purpose, (top, bottom) in zip(Purpose, pairwise(edges), strict=True)
        if top != bottom
    ]


def draw_ticks(places: Iterable[float]) -> str:
    """Return an SVG path with a vertical line of height 1 at each place."""
    return "".join(f"M{x} 0v1" for x in dict.fromkeys(2 * round(x * 10) for x in places))


def _path(xs: Sequence[int], ys: Sequence[int], tail: int) -> str:
    """Return an SVG path of the area below an edge."""
    around = zip(xs, ys, (ys[0], *ys), (*ys[1:], ys[-1]), strict=False)
    turns = [(x, y) for x, y, before, after in around if not before == y == after]
    path, at = [f"M{xs[0]} {ys[0]}"], (xs[0], ys[0])
    for x, y in turns:
        dx, dy = x - at[0], y - at[1]
        path.append(f"c{dx // 2} 0 {dx // 2} {dy} {dx} {dy}" if dy else f"h{dx}")
        at = x, y
    return "".join([*path, f"H{xs[-1] + tail}V{BUDGET}H{xs[0]}z"])


def _label(
    name: str, xs: Sequence[int], tops: Sequence[int], bottoms: Sequence[int]
) -> Label | None:
    """Return a position where the band is at least one point high along the whole name, or None."""
    for character in (NARROW, WIDE):
        half = (len(name) + 2) * character * 10
        least, most = xs[0] + half, xs[-1] - half
        best, where = (0.0, 0.0), None
        for number in range(CANDIDATES):
            x = least + (most - least) * number / (CANDIDATES - 1)
            start = max(0, bisect_right(xs, x - half) - 1)
            end = bisect_left(xs, x + half) + 1
            top, bottom = max(tops[start:end]), min(bottoms[start:end])
            # Prefer high places (all from two points on are equal), then those near the middle.
            rank = (min(2.0, bottom - top), -abs(x - (least + most) / 2))
            if rank[0] >= 1 and (not where or rank > best):
                best, where = rank, (x, (top + bottom) / 2)
        if where and least <= most:
            return Label(round(where[0] / 20, 2), where[1] * 10, character == WIDE)
    return None
