"""A choice field with radio buttons."""

from django import forms
from django.utils.translation import gettext_lazy as _

CHOOSE_ONE = _("Choose one of these.")


class RadioSelect(forms.RadioSelect):
    """Radio buttons. An error summary links to the first one."""

    def id_for_label(self, id_, index=None):
        return super().id_for_label(id_, index or "0")


class RadioChoiceField(forms.ChoiceField):
    """A choice field with the same error for a missing and an invalid value."""

    widget = RadioSelect
    default_error_messages = dict.fromkeys(["required", "invalid_choice"], CHOOSE_ONE)
