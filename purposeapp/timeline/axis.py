"""The time axis of a chart: positions in percent of its width, and date labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import pgettext

MAX_DATE_MARKS = 5
DAYS = [1, 2, 7, 14]
MONTHS = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000, 24000]

NARROW = 2.55
"""The width of a character on the narrowest phones, in percent of a picture of 288 px."""
WIDE = 1.2
"""The width of a character on wide screens, in percent of a picture of 640 px."""


@dataclass(frozen=True)
class DateMark:
    """A date label below the picture, and the range of positions that it labels."""

    left: float
    right: float
    """Equal to `left` for a moment on a continuous axis; a day spans its columns."""
    label: str
    """Empty if there is no room for it."""
    anchor: str = "middle"
    """The part of the label that is at x: start, middle or end."""
    is_lower: bool = False
    """Whether the label is in a second row on a narrow screen."""
    is_optional: bool = False
    """Whether the label is hidden on a narrow screen."""

    @property
    def x(self) -> float:
        """The position of the label."""
        return {"start": self.left, "middle": self.middle, "end": self.right}[self.anchor]

    @property
    def middle(self) -> float:
        return round((self.left + self.right) / 2, 2)

    @property
    def is_moment(self) -> bool:
        return self.left == self.right

    def overlaps(self, other: "DateMark", character: float) -> bool:
        """Return whether the two labels overlap if a character is `character` percent wide."""
        (left, right), (start, end) = self._extent(character), other._extent(character)
        return left < end and start < right

    def _extent(self, character: float) -> tuple[float, float]:
        width = (len(self.label) + 1) * character
        left = self.x - {"start": 0, "middle": width / 2, "end": width}[self.anchor]
        return left, left + width


@dataclass(frozen=True)
class Axis:
    """The time from `first` to `last`, drawn from `left` to `right`."""

    first: datetime
    last: datetime
    left: float
    right: float

    def at(self, time: datetime) -> float:
        """Return the position of a time; the middle if the axis is a single moment."""
        if self.first == self.last:
            return (self.left + self.right) / 2
        return self.left + (self.right - self.left) * (
            (time - self.first) / (self.last - self.first)
        )

    def positions(self, times: Sequence[datetime], min_distance: float = 0) -> list[float]:
        """Return the positions of these times, in their order, at least `min_distance` apart.

        Times that are far enough apart are exactly at their positions. If the axis is a single
        moment, the positions are at equal distances.
        """
        if self.first == self.last and len(times) > 1:
            step = (self.right - self.left) / (len(times) - 1)
            return [self.left + number * step for number in range(len(times))]
        places = [self.at(time) for time in times]
        return spread_out(places, min_distance, self.left, self.right) if min_distance else places

    def calendar_marks(self) -> list[DateMark]:
        """Return marks at the start of a few days, months or years; fewer than two within hours."""
        pattern, times = self._starts()
        places = [round(self.at(time), 2) for time in times]
        return [
            DateMark(x, x, date_format(time, pattern))
            for x, time in zip(places, times, strict=True)
        ]

    def _starts(self) -> tuple[str, list[datetime]]:
        first, last = localtime(self.first), localtime(self.last)
        for days in DAYS:
            if (last - first).days // days < MAX_DATE_MARKS:
                times = list(_days(first, last, days))
                if len(times) <= MAX_DATE_MARKS:
                    return "SHORT_DATE_FORMAT", times
        from_month, to_month = (time.year * 12 + time.month - 1 for time in (first, last))
        for months in MONTHS:
            # From the next month on: that of `first` itself began before `first`.
            numbers = range(-(-(from_month + 1) // months) * months, to_month + 1, months)
            if len(numbers) <= MAX_DATE_MARKS:
                break
        midnight = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        times = [midnight.replace(year=n // 12, month=n % 12 + 1) for n in numbers]
        # Translators: these are formats of dates, in the letters of Django's `date` filter.
        month, year = pgettext("date format", "M Y"), pgettext("date format", "Y")
        return month if months < 12 else year, times


def day_marks(days: Sequence[date], places: Sequence[float], width: float = 0) -> list[DateMark]:
    """Return a mark for each day, which columns of the same day share; `width` is a column's."""
    marks = []
    for day, group in groupby(zip(days, places, strict=True), key=lambda pair: pair[0]):
        xs = [x for _day, x in group]
        left, right = round(xs[0] - width / 2, 2), round(xs[-1] + width / 2, 2)
        marks.append(DateMark(left, right, date_format(day, "SHORT_DATE_FORMAT")))
    return marks


def avoid_collisions(marks: Sequence[DateMark], end: float = 100) -> list[DateMark]:
    """Return the marks with labels that don't overlap and stay between 0 and `end`.

    The last and the first mark take precedence. For days, a narrow screen has two rows of labels;
    a wide screen has one.
    """
    anchored = [_anchored(mark, end) for mark in marks]
    by_rank = [*anchored[-1:], *anchored[:-1]]
    upper: list[DateMark] = []
    lower: list[DateMark] = []
    shown: list[DateMark] = []
    for row in (upper, lower):
        for mark in by_rank:
            if mark in shown or (row is lower and mark.is_moment):
                continue
            if _has_room(mark, row, NARROW) and _has_room(mark, shown, WIDE):
                row.append(mark)
                shown.append(mark)
    for mark in by_rank:
        if mark not in shown and _has_room(mark, shown, WIDE):
            shown.append(mark)
    return [
        replace(mark, is_lower=mark in lower, is_optional=mark not in upper and mark not in lower)
        if mark in shown
        else replace(mark, label="")
        for mark in anchored
    ]


def _has_room(mark: DateMark, others: Sequence[DateMark], character: float) -> bool:
    return not any(mark.overlaps(other, character) for other in others)


def _anchored(mark: DateMark, end: float) -> DateMark:
    half = len(mark.label) * NARROW / 2
    if mark.middle - half < 0:
        return replace(mark, anchor="start")
    return replace(mark, anchor="end") if mark.middle + half > end else mark


def _days(first: datetime, last: datetime, step: int) -> Iterator[datetime]:
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    if day < first:
        day += timedelta(days=1)
    while day <= last:
        yield day
        day += timedelta(days=step)


def spread_out(places: list[float], min_distance: float, left: float, right: float) -> list[float]:
    """Return the nearest places to these, in the same order and at least `min_distance` apart.

    "Nearest" means least squares; this is the pool-adjacent-violators algorithm. There must be
    room for all of them between `left` and `right`.
    """
    pools: list[tuple[float, int]] = []  # sum and number of the places that move together
    for number, place in enumerate(places):
        total, count = place - number * min_distance, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            total, count = total + pools[-1][0], count + pools[-1][1]
            pools.pop()
        pools.append((total, count))
    means = [total / count for total, count in pools for _ in range(count)]
    furthest = right - (len(places) - 1) * min_distance
    return [
        max(left, min(mean, furthest)) + number * min_distance for number, mean in enumerate(means)
    ]
