"""A text field with normalized newlines."""

from django import forms


class NewlineField(forms.CharField):
    """A text field that turns CRLF into LF, as texts are stored and as `maxlength` counts them.

    Browsers count a line break as one character but send two. Counted as sent, a note of many
    lines would be too long although the browser accepted it.
    """

    def to_python(self, value) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")
