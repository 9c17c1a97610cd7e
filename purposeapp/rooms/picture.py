"""Aggregates of a group with a minimum cell size: what a room is shown of its answers.

Statistical disclosure control: a picture is released once, of five answers at least, in rounded
numbers, and a group is counted only where both it and those outside are large enough.

What that can't do: if all answer alike, the mean is everybody's answer, and whoever fills in all
answers but one can subtract them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from purposeapp.split import Move, Purpose, Split, fewest_moves

MIN_ANSWERS = 5
"""How many answers a picture needs."""
MIN_FOR_MIDDLE_HALF = 10
"""How many answers it needs to show between what the middle half of them lie."""
MIN_GROUP = 5
"""How many people a group has that is counted, and how many there are outside of all of them."""
MARKS = (0, 1, 3, 6, 10)
"""The range of the middle half begins and ends at these points. To the point, it gave answers away:
whoever knows all others' and the mean can often bound four of five, and then has the fifth."""

TENTHS = 10


def in_points(tenths: int) -> str:
    """Tenths of a point as people read them: 24 is "2.4"."""
    return number_format(Decimal(tenths) / TENTHS, decimal_pos=1)


class Row(NamedTuple):
    """What a picture says of one purpose."""

    purpose: Purpose
    tenths: int
    """The mean, in tenths of a point, rounded half up."""
    low: int | None = None
    """What the middle half spent at least, in points; None in a small group."""
    high: int | None = None
    stands_out: int | None = None
    """For how many people it has most points, alone; None where too few would be counted."""

    @property
    def mean(self) -> str:
        return in_points(self.tenths)

    @property
    def middle_half(self) -> str:
        """The range of the middle half, in words; empty in a small group."""
        if self.low is None or self.high is None:
            return ""
        return _("%(low)d to %(high)d") % {"low": self.low, "high": self.high}


@dataclass(frozen=True)
class Picture:
    """What is released of the answers of a group, once."""

    answers: int
    """How many there were."""
    rows: tuple[Row, ...]
    """One for each purpose, in their fixed order."""

    @classmethod
    def of(cls, splits: Sequence[Split]) -> "Picture":
        """The picture of these answers. Raises ValueError where there are too few."""
        count = len(splits)
        if count < MIN_ANSWERS:
            raise ValueError(f"a picture needs {MIN_ANSWERS} answers, not {count}")
        groups = _counted_groups(splits)
        rows = []
        for purpose in Purpose:
            points = sorted(split[purpose] for split in splits)
            tenths = (2 * TENTHS * sum(points) + count) // (2 * count)
            low, high = _middle_half(points)
            rows.append(Row(purpose, tenths, low, high, groups.get(purpose)))
        return cls(count, tuple(rows))

    @classmethod
    def from_json(cls, answers: int, rows: Mapping[str, Mapping[str, Any]]) -> "Picture":
        """The picture that `to_json` has made the rows of."""
        return cls(answers, tuple(Row(purpose, **rows[purpose.value]) for purpose in Purpose))

    def to_json(self) -> dict[str, dict[str, int]]:
        """The rows by purpose, without what is not shown."""
        return {
            row.purpose.value: {
                name: value
                for name, value in row._asdict().items()
                if name != "purpose" and value is not None
            }
            for row in self.rows
        }

    @property
    def ranked(self) -> list[Row]:
        """The rows with the largest mean first; ties keep the fixed order."""
        return sorted(self.rows, key=lambda row: -row.tenths)

    @property
    def has_middle_half(self) -> bool:
        return self.answers >= MIN_FOR_MIDDLE_HALF

    @property
    def has_groups(self) -> bool:
        """Whether any group is counted."""
        return any(row.stands_out for row in self.rows)

    def moves_to(self, wanted: "Picture") -> list[Move]:
        """The fewest moves from these means to `wanted`, in tenths of a point.

        They are worked out from what is shown, so they tell nothing more. Rounding may leave a few
        tenths that have nowhere to go: those are left out.
        """
        change = {
            row.purpose: later.tenths - row.tenths
            for row, later in zip(self.rows, wanted.rows, strict=True)
        }
        return fewest_moves(change)


def _middle_half(points: Sequence[int]) -> tuple[int, int] | tuple[None, None]:
    """Between what the middle half of these sorted points lie: without a quarter at each end.

    The range is rounded outwards, and goes from one mark to another.
    """
    count = len(points)
    if count < MIN_FOR_MIDDLE_HALF:
        return None, None
    quarter = count // 4
    low, high = points[quarter], points[-1 - quarter]
    begin = max(mark for mark in MARKS[:-1] if mark <= low)
    return begin, min(mark for mark in MARKS if mark >= high and mark > begin)


def _counted_groups(splits: Iterable[Split]) -> dict[Purpose, int]:
    """How many people there are for whom each purpose stands out alone, where that may be told.

    Each person is in one group at most. Groups are left out, the smallest first, until each has
    five people and those outside of all are five, or nobody.
    """
    splits = list(splits)
    leads = Counter(split.standouts[0] for split in splits if len(split.standouts) == 1)
    groups = {purpose: count for purpose, count in leads.items() if count >= MIN_GROUP}
    while groups and 0 < len(splits) - sum(groups.values()) < MIN_GROUP:
        del groups[min(groups, key=lambda purpose: groups[purpose])]
    return groups


def shift_words(move: Move) -> str:
    """One step of a shift, of tenths of a point: "1.2 points from Job seeking to …"."""
    names = {"source": move.source.label, "target": move.target.label}
    words = _("%(points)s points from %(source)s to %(target)s")
    return words % {"points": in_points(move.points), **names}
