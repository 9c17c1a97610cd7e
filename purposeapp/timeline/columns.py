"""A few results as columns of ten points, and the ribbons that follow each purpose between them.

Paths are drawn in a box that is 1,000 wide and 10 high, from the top down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from purposeapp.split import Purpose, Split


@dataclass(frozen=True)
class Part:
    """The points of one purpose in a column, counted from the top."""

    purpose: Purpose
    top: int
    points: int

    @property
    def bottom(self) -> int:
        return self.top + self.points


@dataclass(frozen=True)
class Layer:
    """One purpose all through the picture, as two SVG paths.

    One path for all columns, not a shape for each of their parts: a fifth of the work for a
    server, and of the bytes.
    """

    purpose: Purpose
    columns: str
    """Its points in each column."""
    ribbons: str
    """What joins them from column to column."""


@cache
def split_parts(split: Split) -> tuple[Part, ...]:
    """The five parts of a column, in the order of the purposes; the 1,001 splits are values."""
    parts, top = [], 0
    for purpose, points in zip(Purpose, split, strict=True):
        parts.append(Part(purpose, top, points))
        top += points
    return tuple(parts)


def draw_columns(splits: Sequence[Split], places: Sequence[float], width: float) -> list[Layer]:
    """A layer for each purpose that has points; places and width in per cent of the picture."""
    columns = [
        (x * 10 - width * 5, x * 10 + width * 5, split_parts(split))
        for split, x in zip(splits, places, strict=True)
    ]
    layers = []
    for index, purpose in enumerate(Purpose):
        ends = [(left, parts[index], right) for left, right, parts in columns]
        boxes = "".join(_box(left, part, right) for left, part, right in ends if part.points)
        ribbons = "".join(
            _ribbon(start, before, end, after)
            for (_left, before, start), (end, after, _right) in pairwise(ends)
            if before.points or after.points
        )
        if boxes:
            layers.append(Layer(purpose, boxes, ribbons))
    return layers


def _box(left: float, part: Part, right: float) -> str:
    return f"M{left:.1f} {part.top}H{right:.1f}V{part.bottom}H{left:.1f}z"


def _ribbon(left: float, before: Part, right: float, after: Part) -> str:
    """An SVG path that joins a part to the same part of the next column, with a soft bend."""
    middle = (left + right) / 2
    return (
        f"M{left:.1f} {before.top}"
        f"C{middle:.1f} {before.top} {middle:.1f} {after.top} {right:.1f} {after.top}"
        f"V{after.bottom}"
        f"C{middle:.1f} {after.bottom} {middle:.1f} {before.bottom} {left:.1f} {before.bottom}z"
    )
