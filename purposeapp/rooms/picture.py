"""The picture of a room: aggregates of a group's answers with a minimum cell size.

Statistical disclosure control: a picture is released only once, of at least five answers, in
rounded numbers. A group is counted only if both it and the number of other people are large enough.

The limits of this: if all answers are the same, the mean is everyone's answer, and a person who
gives all answers but one can subtract them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from purposeapp.sentences import shift
from purposeapp.split import Move, Purpose, Split, fewest_moves

MIN_ANSWERS = 5
"""The number of answers that a picture needs."""
MIN_FOR_MIDDLE_HALF = 10
"""The number of answers that a picture needs to show the range of their middle half."""
MIN_GROUP = 5
"""The least number of people in a group that is counted, and of people outside all such groups."""
MARKS = (0, 1, 3, 6, 10)
"""The points that the range of the middle half is rounded to. An exact range revealed answers: an
attacker with all seats but five could often narrow down four people, and compute the fifth."""

TENTHS = 10


def in_points(tenths: int) -> str:
    """Return tenths of a point as a localized number of points: 24 is "2.4"."""
    return number_format(Decimal(tenths) / TENTHS, decimal_pos=1)


class Row(NamedTuple):
    """A purpose in a picture."""

    purpose: Purpose
    tenths: int
    """The mean, in tenths of a point, rounded half up."""
    low: int | None = None
    """The lower end of the middle half, in points; None in a small group."""
    high: int | None = None
    stands_out: int | None = None
    """The number of people for whom it alone has the most points; None if they are too few."""

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
    """The aggregates of a group's answers, released once."""

    answers: int
    """The number of answers."""
    rows: tuple[Row, ...]
    """One for each purpose, in their fixed order."""

    @classmethod
    def of(cls, splits: Sequence[Split]) -> "Picture":
        """Return the picture of these answers. Raises ValueError if there are too few."""
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
        """Return the picture whose rows were serialized by `to_json`."""
        return cls(answers, tuple(Row(purpose, **rows[purpose.value]) for purpose in Purpose))

    def to_json(self) -> dict[str, dict[str, int]]:
        """Return the rows by purpose, without the values that aren't shown."""
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
        """The rows by mean, the largest first; ties keep the fixed order of purposes."""
        return sorted(self.rows, key=lambda row: -row.tenths)

    @property
    def has_middle_half(self) -> bool:
        return self.answers >= MIN_FOR_MIDDLE_HALF

    @property
    def has_groups(self) -> bool:
        """Whether any group is counted."""
        return any(row.stands_out for row in self.rows)

    @property
    def leaves_people_out(self) -> bool:
        """Whether someone is in no counted group."""
        return sum(row.stands_out or 0 for row in self.rows) < self.answers

    def moves_to(self, wanted: "Picture") -> list[Move]:
        """Return the fewest moves from these means to those of `wanted`, in tenths of a point.

        They are computed from the published means, so they reveal nothing more. A few tenths that
        don't add up because of rounding are left out.
        """
        change = {
            row.purpose: later.tenths - row.tenths
            for row, later in zip(self.rows, wanted.rows, strict=True)
        }
        return fewest_moves(change)


def _middle_half(points: Sequence[int]) -> tuple[int, int] | tuple[None, None]:
    """Return the range of the middle half of these sorted points, without a quarter at each end.

    The range is rounded outwards to MARKS, and its ends are always different.
    """
    count = len(points)
    if count < MIN_FOR_MIDDLE_HALF:
        return None, None
    quarter = count // 4
    low, high = points[quarter], points[-1 - quarter]
    begin = max(mark for mark in MARKS[:-1] if mark <= low)
    return begin, min(mark for mark in MARKS if mark >= high and mark > begin)


def _counted_groups(splits: Iterable[Split]) -> dict[Purpose, int]:
    """Return the number of people for whom each purpose alone has the most points, if publishable.

    Each person is in at most one group. Groups are left out, the smallest first, until each has
    at least MIN_GROUP people, and the people outside all groups are at least as many, or nobody.
    """
    splits = list(splits)
    leads = Counter(split.standouts[0] for split in splits if len(split.standouts) == 1)
    groups = {purpose: count for purpose, count in leads.items() if count >= MIN_GROUP}
    while groups and 0 < len(splits) - sum(groups.values()) < MIN_GROUP:
        del groups[min(groups, key=lambda purpose: groups[purpose])]
    return groups


def shift_words(move: Move) -> str:
    """Return a move of tenths of a point in words: "1.2 points from Job seeking to …"."""
    if move.points % TENTHS == 0:
        return shift(move._replace(points=move.points // TENTHS))
    names = {"source": move.source.label, "target": move.target.label}
    words = _("%(points)s points from %(source)s to %(target)s")
    return words % {"points": in_points(move.points), **names}
