"""Sentences about the trend of a purpose."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from purposeapp.timeline.facts import Trend

STEADY = 3
"""The number of changes in one direction, without one in the other, that make a trend steady."""


def say_trend(trend: Trend, is_partial: bool) -> str:
    """Return a sentence on the trend of a purpose, from its first to its last points."""
    first, last = trend.first, trend.last
    higher, lower = trend.max_points > max(first, last), trend.min_points < min(first, last)
    if not trend.max_points:
        pattern = _("%(purpose)s has had no points.")
        if not is_partial:
            pattern = _("%(purpose)s has never had a point.")
    elif first == last:
        pattern = _steady(first, higher, lower)
    elif last > first:
        pattern = _risen(trend, higher, lower)
    else:
        pattern = _fallen(trend, higher, lower)
    return pattern % {
        "purpose": trend.purpose.label,
        "first": first,
        "last": last,
        "least": trend.min_points,
        "most": trend.max_points,
    }


def _steady(points: int, higher: bool, lower: bool) -> str:
    if higher and lower:
        return ngettext(
            "%(purpose)s is back at %(first)d point, after as many as %(most)d and as few as "
            "%(least)d.",
            "%(purpose)s is back at %(first)d points, after as many as %(most)d and as few as "
            "%(least)d.",
            points,
        )
    if higher:
        return ngettext(
            "%(purpose)s is back at %(first)d point, after as many as %(most)d.",
            "%(purpose)s is back at %(first)d points, after as many as %(most)d.",
            points,
        )
    if lower:
        return ngettext(
            "%(purpose)s is back at %(first)d point, after as few as %(least)d.",
            "%(purpose)s is back at %(first)d points, after as few as %(least)d.",
            points,
        )
    return ngettext(
        "%(purpose)s stayed at %(first)d point.",
        "%(purpose)s stayed at %(first)d points.",
        points,
    )


def _risen(trend: Trend, higher: bool, lower: bool) -> str:
    points = trend.first
    if not trend.falls and trend.rises < STEADY:
        return ngettext(
            "%(purpose)s rose from %(first)d point to %(last)d.",
            "%(purpose)s rose from %(first)d points to %(last)d.",
            points,
        )
    if not trend.falls:
        return ngettext(
            "%(purpose)s rose steadily, from %(first)d point to %(last)d.",
            "%(purpose)s rose steadily, from %(first)d points to %(last)d.",
            points,
        )
    if higher and lower:
        return ngettext(
            "%(purpose)s rose from %(first)d point to %(last)d, with as many as %(most)d and as "
            "few as %(least)d in between.",
            "%(purpose)s rose from %(first)d points to %(last)d, with as many as %(most)d and as "
            "few as %(least)d in between.",
            points,
        )
    if higher:
        return ngettext(
            "%(purpose)s rose from %(first)d point to %(last)d, with as many as %(most)d in "
            "between.",
            "%(purpose)s rose from %(first)d points to %(last)d, with as many as %(most)d in "
            "between.",
            points,
        )
    if lower:
        return ngettext(
            "%(purpose)s rose from %(first)d point to %(last)d, with as few as %(least)d in "
            "between.",
            "%(purpose)s rose from %(first)d points to %(last)d, with as few as %(least)d in "
            "between.",
            points,
        )
    return ngettext(
        "%(purpose)s rose from %(first)d point to %(last)d, with ups and downs.",
        "%(purpose)s rose from %(first)d points to %(last)d, with ups and downs.",
        points,
    )


def _fallen(trend: Trend, higher: bool, lower: bool) -> str:
    points = trend.first
    if not trend.rises and trend.falls < STEADY:
        return ngettext(
            "%(purpose)s fell from %(first)d point to %(last)d.",
            "%(purpose)s fell from %(first)d points to %(last)d.",
            points,
        )
    if not trend.rises:
        return ngettext(
            "%(purpose)s fell steadily, from %(first)d point to %(last)d.",
            "%(purpose)s fell steadily, from %(first)d points to %(last)d.",
            points,
        )
    if higher and lower:
        return ngettext(
            "%(purpose)s fell from %(first)d point to %(last)d, with as many as %(most)d and as "
            "few as %(least)d in between.",
            "%(purpose)s fell from %(first)d points to %(last)d, with as many as %(most)d and as "
            "few as %(least)d in between.",
            points,
        )
    if higher:
        return ngettext(
            "%(purpose)s fell from %(first)d point to %(last)d, with as many as %(most)d in "
            "between.",
            "%(purpose)s fell from %(first)d points to %(last)d, with as many as %(most)d in "
            "between.",
            points,
        )
    if lower:
        return ngettext(
            "%(purpose)s fell from %(first)d point to %(last)d, with as few as %(least)d in "
            "between.",
            "%(purpose)s fell from %(first)d points to %(last)d, with as few as %(least)d in "
            "between.",
            points,
        )
    return ngettext(
        "%(purpose)s fell from %(first)d point to %(last)d, with ups and downs.",
        "%(purpose)s fell from %(first)d points to %(last)d, with ups and downs.",
        points,
    )
