"""The what-if form: ten points to try out. They are never stored."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.models import LifeEvent

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

    event = forms.Field(required=False, widget=forms.HiddenInput)
    """The life event that the page started from, if any. An unknown one is ignored."""

    def clean_event(self) -> str:
        event = self.cleaned_data["event"]
        return event if event in WHAT_IF else ""
