"""The trend of a purpose in words: a whole pattern for each shape that it can have.

None is put together from halves, since grammar differs from language to language.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from purposeapp.timeline.facts import Trend

ONLY_RISEN = ngettext_lazy(
    "%(purpose)s has only risen, from %(first)d point to %(last)d.",
    "%(purpose)s has only risen, from %(first)d points to %(last)d.",
    "first",
)
ONLY_FALLEN = ngettext_lazy(
    "%(purpose)s has only fallen, from %(first)d point to %(last)d.",
    "%(purpose)s has only fallen, from %(first)d points to %(last)d.",
    "first",
)
TURNED = {
    (1, False, False): ngettext_lazy(
        "%(purpose)s has risen from %(first)d point to %(last)d, up and down in between.",
        "%(purpose)s has risen from %(first)d points to %(last)d, up and down in between.",
        "first",
    ),
    (1, True, False): ngettext_lazy(
        "%(purpose)s has risen from %(first)d point to %(last)d, with as many as %(most)d in "
        "between.",
        "%(purpose)s has risen from %(first)d points to %(last)d, with as many as %(most)d in "
        "between.",
        "first",
    ),
    (1, False, True): ngettext_lazy(
        "%(purpose)s has risen from %(first)d point to %(last)d, with as few as %(least)d in "
        "between.",
        "%(purpose)s has risen from %(first)d points to %(last)d, with as few as %(least)d in "
        "between.",
        "first",
    ),
    (1, True, True): ngettext_lazy(
        "%(purpose)s has risen from %(first)d point to %(last)d, with as many as %(most)d and as "
        "few as %(least)d in between.",
        "%(purpose)s has risen from %(first)d points to %(last)d, with as many as %(most)d and as "
        "few as %(least)d in between.",
        "first",
    ),
    (-1, False, False): ngettext_lazy(
        "%(purpose)s has fallen from %(first)d point to %(last)d, up and down in between.",
        "%(purpose)s has fallen from %(first)d points to %(last)d, up and down in between.",
        "first",
    ),
    (-1, True, False): ngettext_lazy(
        "%(purpose)s has fallen from %(first)d point to %(last)d, with as many as %(most)d in "
        "between.",
        "%(purpose)s has fallen from %(first)d points to %(last)d, with as many as %(most)d in "
        "between.",
        "first",
    ),
    (-1, False, True): ngettext_lazy(
        "%(purpose)s has fallen from %(first)d point to %(last)d, with as few as %(least)d in "
        "between.",
        "%(purpose)s has fallen from %(first)d points to %(last)d, with as few as %(least)d in "
        "between.",
        "first",
    ),
    (-1, True, True): ngettext_lazy(
        "%(purpose)s has fallen from %(first)d point to %(last)d, with as many as %(most)d and as "
        "few as %(least)d in between.",
        "%(purpose)s has fallen from %(first)d points to %(last)d, with as many as %(most)d and as "
        "few as %(least)d in between.",
        "first",
    ),
    (0, True, False): ngettext_lazy(
        "%(purpose)s is back at %(first)d point, after as many as %(most)d.",
        "%(purpose)s is back at %(first)d points, after as many as %(most)d.",
        "first",
    ),
    (0, False, True): ngettext_lazy(
        "%(purpose)s is back at %(first)d point, after as few as %(least)d.",
        "%(purpose)s is back at %(first)d points, after as few as %(least)d.",
        "first",
    ),
    (0, True, True): ngettext_lazy(
        "%(purpose)s is back at %(first)d point, after as many as %(most)d and as few as "
        "%(least)d.",
        "%(purpose)s is back at %(first)d points, after as many as %(most)d and as few as "
        "%(least)d.",
        "first",
    ),
}
"""Trends that turned at least once: whether it ends higher (1), lower (-1) or where it began (0),
and whether it was, in between, higher than at both ends, and lower."""


def say_trend(trend: Trend) -> str:
    """The trend of a purpose whose points changed."""
    words = {
        "purpose": trend.purpose.label,
        "first": trend.first,
        "last": trend.last,
        "least": trend.least,
        "most": trend.most,
    }
    if not trend.fell:
        return ONLY_RISEN % words
    if not trend.rose:
        return ONLY_FALLEN % words
    direction = (trend.last > trend.first) - (trend.last < trend.first)
    was_higher = trend.most > max(trend.first, trend.last)
    was_lower = trend.least < min(trend.first, trend.last)
    return TURNED[direction, was_higher, was_lower] % words


def say_constant(trend: Trend, since: str) -> str:
    """The same where the points never changed, else empty.

    `since` is a date where nothing is known of the time before.
    """
    if trend.rose or trend.fell:
        return ""
    words = {"purpose": trend.purpose.label, "points": trend.first, "since": since}
    if not trend.first:
        if since:
            return _("%(purpose)s has had no point since %(since)s.") % words
        return _("%(purpose)s never had a point.") % words
    if since:
        pattern = ngettext(
            "%(purpose)s has stayed at %(points)d point since %(since)s.",
            "%(purpose)s has stayed at %(points)d points since %(since)s.",
            trend.first,
        )
    else:
        pattern = ngettext(
            "%(purpose)s has stayed at %(points)d point.",
            "%(purpose)s has stayed at %(points)d points.",
            trend.first,
        )
    return pattern % words
