"""Text fields that say so when a text is too long, instead of letting the browser cut it off."""

from typing import Any
from unicodedata import normalize

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.models.text_rules import on_one_line, with_line_feeds

TOO_LONG = _("Use at most %(limit_value)d characters. You have %(show_value)d.")


class WholeTextField(forms.CharField):
    """A text field without `maxlength`: browsers silently cut off what is pasted beyond it."""

    default_error_messages = {"max_length": TOO_LONG}

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class NewlineField(WholeTextField):
    """A text of several lines, with CRLF turned into LF."""

    def to_python(self, value) -> str:
        return with_line_feeds(super().to_python(value) or "")


class OneLineField(WholeTextField):
    """A text on one line, with whitespace collapsed."""

    def to_python(self, value) -> str:
        return on_one_line(super().to_python(value) or "")


class NameField(OneLineField):
    """A name that others see, on one line and with composed characters (NFC)."""

    def to_python(self, value) -> str:
        name = super().to_python(value)
        # Normalizing many combining marks takes quadratic time, so leave what is too long anyway.
        return name if self.max_length and len(name) > self.max_length else normalize("NFC", name)
