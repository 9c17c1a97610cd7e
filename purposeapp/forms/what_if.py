"""The what-if form: ten points to try out. They are never stored."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.models import LifeEvent

from .life_event import UNKNOWN_EVENT
from .ten_points import TenPointsForm

WHAT_IF = {
    LifeEvent.REDUNDANCY.value: _("I lost my job tomorrow?"),
    LifeEvent.NEW_JOB.value: _("I started a new job?"),
    LifeEvent.PROMOTION.value: _("I got promoted?"),
    LifeEvent.OWN_BUSINESS.value: _("I started my own business?"),
    LifeEvent.STUDY.value: _("I went back to studying?"),
    LifeEvent.PARENTAL_LEAVE.value: _("I took parental leave?"),
    LifeEvent.RETIREMENT.value: _("I retired?"),
}
"""How "What if …" continues, for each named life event."""

SOMETHING = _("something changed?")


class WhatIfForm(TenPointsForm):
    """What-if form: how the user would spend the points if something happened."""

    earlier_words = _("now %(was)d")
    change_words = _("now %(was)d, then %(now)d")

    event = forms.ChoiceField(
        label=_("What if …"),
        choices=[("", SOMETHING), *WHAT_IF.items()],
        required=False,
        error_messages={"invalid_choice": UNKNOWN_EVENT},
    )
