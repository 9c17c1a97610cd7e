"""Text fields of one line."""

from unicodedata import normalize

from django import forms

from purposeapp.models.text_rules import on_one_line


class OneLineField(forms.CharField):
    """A text on one line, with whitespace collapsed."""

    def to_python(self, value) -> str:
        return on_one_line(super().to_python(value) or "")


class NameField(OneLineField):
    """A name that others see, on one line and with composed characters (NFC)."""

    def to_python(self, value) -> str:
        name = super().to_python(value)
        # Normalizing many combining marks takes quadratic time, so leave what is too long anyway.
        return name if self.max_length and len(name) > self.max_length else normalize("NFC", name)
