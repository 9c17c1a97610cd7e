"""A chart of few results: columns of ten points, and ribbons that connect each purpose.

SVG paths are in a box that is 1,000 wide and 10 high; y grows downwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from purposeapp.split import Purpose, Split


@dataclass(frozen=True)
class Part:
    """The part of a column that belongs to a purpose, in points from the top."""

    purpose: Purpose
    top: int
    points: int

    @property
    def bottom(self) -> int:
        return self.top + self.points


@dataclass(frozen=True)
class Layer:
    """A purpose across the whole chart, as two SVG paths.

    One path for all columns instead of a shape for each part takes a fifth of the rendering time
    and of the bytes.
    """

    purpose: Purpose
    columns: str
    """The parts of the purpose in all columns."""
    ribbons: str
    """The ribbons between these parts."""


@cache
def split_parts(split: Split) -> tuple[Part, ...]:
    """Return the five parts of a column, in the order of purposes."""
    parts, top = [], 0
    for purpose, points in zip(Purpose, split, strict=True):
        parts.append(Part(purpose, top, points))
        top += points
    return tuple(parts)


def draw_columns(splits: Sequence[Split], places: Sequence[float], width: float) -> list[Layer]:
    """Return a layer for each purpose that has points; `places` and `width` are in percent."""
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
    """Return an SVG path that connects a part to that of the next column with smooth curves."""
    middle = (left + right) / 2
    return (
        f"M{left:.1f} {before.top}"
        f"C{middle:.1f} {before.top} {middle:.1f} {after.top} {right:.1f} {after.top}"
        f"V{after.bottom}"
        f"C{middle:.1f} {after.bottom} {middle:.1f} {before.bottom} {left:.1f} {before.bottom}z"
    )
