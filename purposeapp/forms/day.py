"""A date field with the browser's date picker."""

from django import forms
from django.utils.translation import gettext_lazy as _

NOT_A_DAY = _("Enter a date, such as 2026-11-23.")


class DayField(forms.DateField):
    """A date, in ISO 8601 only, as browsers send it regardless of the format they display."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {"invalid": NOT_A_DAY}

    def __init__(self, **kwargs) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_python(self, value):
        return super().to_python(value.strip() if isinstance(value, str) else value)
