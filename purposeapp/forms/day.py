"""A date field with the browser's date picker."""

from django import forms
from django.utils.translation import gettext_lazy as _

NOT_A_DAY = _("Enter a date, such as 2026-11-23.")


class DayField(forms.DateField):
    """A date, in ISO 8601 only, as browsers send it regardless of the format they display.

    Python would take the digits of other scripts too.
    """

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {"invalid": NOT_A_DAY}

    def __init__(self, **kwargs) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_python(self, value):
        if isinstance(value, str):
            value = value.strip()
            if not value.isascii():
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)
