"""A text field with normalized newlines."""

from typing import Any

from django import forms

from purposeapp.models.text_rules import with_line_feeds


class NewlineField(forms.CharField):
    """A text field that turns CRLF into LF.

    It has no `maxlength`: browsers silently cut off what is pasted beyond it. The error says so.
    """

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs

    def to_python(self, value) -> str:
        return with_line_feeds(super().to_python(value) or "")
