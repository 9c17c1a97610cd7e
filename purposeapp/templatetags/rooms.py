"""Template tags for the picture of a room."""

from typing import NamedTuple

from django import template
from django.utils.safestring import SafeString

from purposeapp.rooms.picture import MIN_ANSWERS, TENTHS, Picture, Row, shift_words
from purposeapp.web.fragments import fragment

register = template.Library()

BAR_HEIGHT, RANGE_HEIGHT = 10, 5


class Bar(NamedTuple):
    """A bar of ten points up to the mean, in tenths of a point."""

    name: str
    y: int
    mean: int
    low: int
    """The start of the line below the bar, which shows the range of the middle half."""
    width: int
    """The length of that line; 0 in a small group, which has no line."""


@register.simple_tag
def min_answers() -> int:
    """Return the number of answers that a picture needs."""
    return MIN_ANSWERS


@register.simple_tag
def room_rows(now: Picture, future: Picture | None) -> list[tuple[Row, Row | None]]:
    """Return the rows of now, the largest first, each with the future row of the same purpose."""
    later = {row.purpose: row for row in future.rows} if future else {}
    return [(row, later.get(row.purpose)) for row in now.ranked]


@register.simple_tag
def room_bar(row: Row, later: Row | None) -> SafeString:
    """Render a bar of ten points up to the mean, with the middle half as a line below it."""
    has_range = row.low is not None
    height = BAR_HEIGHT + has_range * RANGE_HEIGHT
    bars: tuple[Bar, ...] = (_bar(row, "mean", 0),)
    if later:
        second_y = height + 1 + has_range
        bars += (_bar(later, "later", second_y),)
        height += second_y
    return fragment(
        "purposeapp/_room_bar.html",
        purpose=row.purpose.value,
        bars=bars,
        height=height,
        has_range=has_range,
    )


@register.simple_tag
def room_shift(now: Picture, future: Picture) -> list[str]:
    """Return the fewest moves from now to the future, in words."""
    return list(map(shift_words, now.moves_to(future)))


def _bar(row: Row, name: str, y: int) -> Bar:
    low, high = row.low or 0, row.high or 0
    return Bar(name, y, row.tenths, TENTHS * low, TENTHS * (high - low))
