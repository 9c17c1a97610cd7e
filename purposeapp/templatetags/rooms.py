"""The picture of a room in templates."""

from typing import NamedTuple

from django import template
from django.utils.safestring import SafeString

from purposeapp.rooms.picture import TENTHS, Picture, Row, shift_words
from purposeapp.web.fragments import fragment

register = template.Library()

SECOND_BAR_Y = 11


class Part(NamedTuple):
    """A rectangle of a bar, in tenths of a point."""

    name: str
    x: int
    y: int
    width: int


@register.simple_tag
def room_rows(now: Picture, future: Picture | None) -> list[tuple[Row, Row | None]]:
    """The rows of now, the largest first, each with the same purpose's row of the future."""
    later = {row.purpose: row for row in future.rows} if future else {}
    return [(row, later.get(row.purpose)) for row in now.ranked]


@register.simple_tag
def room_bar(row: Row, later: Row | None) -> SafeString:
    """A bar of ten points up to the mean, with the range of the middle half behind it."""
    parts = _bar(row, "mean", 0) + (_bar(later, "later", SECOND_BAR_Y) if later else ())
    return fragment(
        "purposeapp/_room_bar.html", purpose=row.purpose.value, parts=parts, is_pair=bool(later)
    )


@register.simple_tag
def room_shift(now: Picture, future: Picture) -> list[str]:
    """The fewest moves from now to the future, in words."""
    return list(map(shift_words, now.moves_to(future)))


def _bar(row: Row, name: str, y: int) -> tuple[Part, ...]:
    track = Part("track", 0, y, TENTHS * TENTHS)
    mean = Part(name, 0, y, row.tenths)
    if row.low is None or row.high is None:
        return track, mean
    return track, Part("band", TENTHS * row.low, y, TENTHS * (row.high - row.low)), mean
