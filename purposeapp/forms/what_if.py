"""The what-if form: ten points to try out. They are never stored."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.models import LifeEvent
from purposeapp.split import Split

from .ten_points import TenPointsForm

WHAT_IF = {
    LifeEvent.REDUNDANCY.value: _("What if I lost my job tomorrow?"),
    LifeEvent.NEW_JOB.value: _("What if I started a new job?"),
    LifeEvent.PROMOTION.value: _("What if I got promoted?"),
    LifeEvent.OWN_BUSINESS.value: _("What if I started my own business?"),
    LifeEvent.STUDY.value: _("What if I went back to studying?"),
    LifeEvent.PARENTAL_LEAVE.value: _("What if I took parental leave?"),
    LifeEvent.RETIREMENT.value: _("What if I retired?"),
}
"""The question for each life event that one can start from."""

SOMETHING = _("What if something changed?")


class WhatIfForm(TenPointsForm):
    """What-if form: how the user would spend the points if something happened."""

    earlier_words = _("now %(was)d")
    change_words = _("now %(was)d, then %(now)d")

    event = forms.Field(required=False, widget=forms.HiddenInput)
    """The life event that the page started from, if any. An unknown one is ignored."""

    def clean_event(self) -> str:
        event = self.cleaned_data["event"]
        return event if event in WHAT_IF else ""

    start = forms.Field(required=False, widget=forms.HiddenInput)
    """A visitor's result to compare with, if the page started from one, such as 6-2-2-0-0."""

    def clean_start(self) -> Split | None:
        try:
            return Split.parse(self.cleaned_data["start"] or "")
        except ValueError:
            return None
