"""Real time as a place from left to right, in per cent of a picture's width."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import localtime
from django.utils.translation import pgettext

from purposeapp.timeline.dates import local_format

MAX_DATE_MARKS = 5
DAYS = [1, 2, 7, 14]
MONTHS = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000, 24000]


@dataclass(frozen=True)
class DateMark:
    """A date that is written below the picture."""

    x: float
    label: str
    anchor: str
    """Which part of the label stands at x: start, middle or end."""
    optional: bool = False
    """Whether a narrow screen does without it."""


@dataclass(frozen=True)
class Axis:
    """The time from `first` to `last`, drawn from `left` to `right`."""

    first: datetime
    last: datetime
    left: float
    right: float

    def at(self, time: datetime) -> float:
        """Where a time stands. Where all is one moment, in the middle."""
        if self.first == self.last:
            return (self.left + self.right) / 2
        return self.left + (self.right - self.left) * (
            (time - self.first) / (self.last - self.first)
        )

    def positions(self, times: list[datetime], least: float) -> list[float]:
        """Where these times stand, in their order, no two closer than `least`.

        What is far enough apart stands exactly at its time. Where all is one moment there is
        no time to show, and they stand at equal distances.
        """
        if self.first == self.last and len(times) > 1:
            step = (self.right - self.left) / (len(times) - 1)
            return [self.left + number * step for number in range(len(times))]
        return spread_out([self.at(time) for time in times], least, self.left, self.right)

    def date_marks(self) -> list[DateMark]:
        """A few starts of days, months or years; else the two ends, if there are two."""
        name, times = self._starts()
        if len(times) < 2:
            first, last = localtime(self.first), localtime(self.last)
            one_day = first.date() == last.date()
            name = "SHORT_DATETIME_FORMAT" if one_day else "SHORT_DATE_FORMAT"
            same = local_format(first, name) == local_format(last, name)
            times = [] if same else [first, last]
        if not times:
            label = local_format(self.last, "SHORT_DATE_FORMAT")
            return [DateMark((self.left + self.right) / 2, label, "middle")]
        return [
            DateMark(
                self.at(time),
                local_format(time, name),
                self._anchor(self.at(time)),
                optional=len(times) > 3 and number % 2 == 1,
            )
            for number, time in enumerate(times)
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
            # The month of `first` itself began before it, but for an instant.
            numbers = range(-(-(from_month + 1) // months) * months, to_month + 1, months)
            if len(numbers) <= MAX_DATE_MARKS:
                break
        midnight = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        times = [midnight.replace(year=n // 12, month=n % 12 + 1) for n in numbers]
        # Translators: these are formats of dates, in the letters of Django's `date` filter.
        month, year = pgettext("date format", "M Y"), pgettext("date format", "Y")
        return month if months < 12 else year, times

    def _anchor(self, x: float) -> str:
        near = 8
        return "start" if x < near else "end" if x > self.right - near / 2 else "middle"


def _days(first: datetime, last: datetime, step: int) -> Iterator[datetime]:
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    if day < first:
        day += timedelta(days=1)
    while day <= last:
        yield day
        day += timedelta(days=step)


def spread_out(places: list[float], least: float, left: float, right: float) -> list[float]:
    """The nearest places to these, in the same order, no two closer than `least`.

    "Nearest" is by least squares; this is the pool-adjacent-violators algorithm. There must be
    room for them between `left` and `right`.
    """
    pools: list[tuple[float, int]] = []  # the sum and the number of those that move together
    for number, place in enumerate(places):
        total, count = place - number * least, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            total, count = total + pools[-1][0], count + pools[-1][1]
            pools.pop()
        pools.append((total, count))
    means = [total / count for total, count in pools for _ in range(count)]
    furthest = right - (len(places) - 1) * least
    return [max(left, min(mean, furthest)) + number * least for number, mean in enumerate(means)]
