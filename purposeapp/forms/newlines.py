"""A text field with normalized newlines."""

from django import forms

from purposeapp.models.text_rules import with_line_feeds


class NewlineField(forms.CharField):
    """A text field that turns CRLF into LF."""

    def to_python(self, value) -> str:
        return with_line_feeds(super().to_python(value) or "")
