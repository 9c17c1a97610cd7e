"""Fragment caching: what is the same for the same values is rendered once, and kept as a string.

A row of a form with its points, a tip that nobody has ticked, the foot of every page: there are
finitely many of each, and pages repeat them all day. A fragment is a function of the values that
stand in its tag, and of the language. It sees no request, no user and no CSRF token.
"""

from collections.abc import Hashable
from functools import lru_cache
from typing import Protocol, cast

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language

from purposeapp.advice.selection import AdvisedTip, WrittenTip
from purposeapp.forms.ten_points import PointsBoundField
from purposeapp.models import Tick

register = template.Library()

MAX_FRAGMENTS = 4_000
"""How many a worker keeps. The least recently used give way."""
MAX_LENGTH = 2_000
"""Characters of a value that is kept: what somebody typed may be of any length."""


class CheckedTip(WrittenTip, Protocol):
    """A tip with what its reader said of it."""

    tick: Tick | None
    can_be_ticked: bool


@register.simple_tag
def checked_tip(advised: AdvisedTip) -> SafeString:
    """A tip that can be ticked off, as its reader left it. It belongs to the form "ticks"."""
    tip = cast(CheckedTip, advised.tip)
    return fragment(
        "purposeapp/_checked_tip.html",
        id=tip.id,
        text=advised.html,
        why=advised.why,
        verdict=tip.tick and tip.tick.verdict,
        date=tip.tick and date_format(localtime(tip.tick.ticked_at)),
        can_be_ticked=tip.can_be_ticked,
    )


@register.simple_tag
def purpose_field(field: PointsBoundField, points_left: int) -> SafeString:
    """The row of one purpose in a form with so many points left to spend."""
    return fragment(
        "purposeapp/_purpose_field.html",
        name=field.html_name,
        id=field.id_for_label,
        purpose=str(field.label),
        description=str(field.help_text),
        value=field.value(),
        points=field.points,
        earlier_points=field.earlier_points,
        is_changed=field.earlier_points is not None and field.is_changed,
        compared="" if field.earlier_points is None else field.compared,
        error=" ".join(map(str, field.errors)),
        described_by=field.aria_describedby,
        is_full=points_left <= 0,
    )


@register.simple_tag
def fragment(template_name: str, **values: Hashable) -> SafeString:
    """Include a template that is given these values and nothing else, from the cache if it can.

    Values that are equal must render equally: each name always holds the same type.
    """
    too_long = any(isinstance(each, str) and len(each) > MAX_LENGTH for each in values.values())
    render = _render.__wrapped__ if settings.DEBUG or too_long else _render
    return render(template_name, get_language(), tuple(values.items()))


@lru_cache(maxsize=MAX_FRAGMENTS)
def _render(
    template_name: str, _language: str | None, values: tuple[tuple[str, Hashable], ...]
) -> SafeString:
    return render_to_string(template_name, dict(values))
