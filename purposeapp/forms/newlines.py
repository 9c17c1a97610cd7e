"""A text of several lines, as a browser counts and sends it."""

from django import forms


class NewlineField(forms.CharField):
    """A text with normalized line ends: as they are stored, and as `maxlength` counts them.

    A browser counts the end of a line as one character and sends two. Counted as sent, a note of
    many lines would be too long although the browser let somebody type it.
    """

    def to_python(self, value) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")
