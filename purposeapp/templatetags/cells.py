from collections.abc import Iterable
from functools import cache

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from purposeapp import sentences
from purposeapp.split import Purpose, Split

register = template.Library()


@register.filter
def in_words(split: Split, purposes: Iterable[Purpose] = tuple(Purpose)) -> str:
    """The points of each purpose, as whoever can't see the cells hears them."""
    return sentences.points_on(split, purposes)


@register.simple_tag
@cache
def cells(points: tuple[Purpose, ...]) -> SafeString:
    """Ten points as ten cells. A page shows hundreds, so each row of ten is made only once."""
    return format_html_join("", '<i class="cell is-{}"></i>', ((purpose,) for purpose in points))


@register.simple_tag
@cache
def point_cells(split: Split) -> SafeString:
    """The five numbers as cells of a table. A long history has thousands, of 1,001 at most."""
    return format_html_join("", "<td>{}</td>", ((points,) for points in split))
