"""Text fields of one line."""

from django import forms

from purposeapp.models.text_rules import as_name, on_one_line


class OneLineField(forms.CharField):
    """A text on one line, with whitespace collapsed."""

    def to_python(self, value) -> str:
        return on_one_line(super().to_python(value) or "")


class NameField(forms.CharField):
    """A name that others see, on one line and with composed characters."""

    def to_python(self, value) -> str:
        return as_name(super().to_python(value) or "")
