"""Fragments (web/fragments.py) in templates."""

from typing import Any, Protocol, cast

from django import template
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from purposeapp.advice.selection import AdvisedTip, WrittenTip
from purposeapp.forms.ten_points import PointsBoundField
from purposeapp.models import Tick, User
from purposeapp.web.fragments import fragment

register = template.Library()


class CheckedTip(WrittenTip, Protocol):
    """A tip with what its reader said of it."""

    tick: Tick | None
    can_be_ticked: bool


@register.simple_tag
def account_menu(user: User, csrf_token: str) -> SafeString:
    """The menu in the header of whoever is signed in."""
    late = {"email": user.email, "initial": user.initial, "csrf_token": csrf_token}
    return fragment("_account_menu.html", late=late, is_staff=user.is_staff)


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


@register.simple_tag(name="fragment")
def fragment_tag(template_name: str, **values: Any) -> SafeString:
    """Include a template that is given these values and nothing else, from the cache if it can.

    `late_email=user.email` fills in `email` after, so that the fragment is the same for everybody.
    """
    late = {name[5:]: values.pop(name) for name in list(values) if name.startswith("late_")}
    return fragment(template_name, late=late, **values)
