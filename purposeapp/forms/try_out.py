"""A try-out: ten points that are played with, and never stored."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.sentences import WHAT_IF

from .life_event import UNKNOWN_EVENT
from .ten_points import TenPointsForm

SOMETHING = _("something changed?")


class TryForm(TenPointsForm):
    """How the points would be spent if something happened."""

    earlier_words = _("now {was}")
    change_words = _("now {was}, then {now}")

    event = forms.ChoiceField(
        label=_("What if …"),
        choices=[("", SOMETHING), *WHAT_IF.items()],
        required=False,
        error_messages={"invalid_choice": UNKNOWN_EVENT},
    )
