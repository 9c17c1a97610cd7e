"""A choice that is made with radio buttons."""

from django import forms
from django.utils.translation import gettext_lazy as _

CHOOSE_ONE = _("Choose one of these.")


class RadioSelect(forms.RadioSelect):
    """Radio buttons; a summary of errors leads to the first of them."""

    def id_for_label(self, id_, index=None):
        return super().id_for_label(id_, index or "0")


class RadioChoiceField(forms.ChoiceField):
    """One of a few values; none and any other are told the same."""

    widget = RadioSelect
    default_error_messages = dict.fromkeys(["required", "invalid_choice"], CHOOSE_ONE)
