"""Text fields for what editors write: for tips, and for sentences in plain text."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from purposeapp.advice.markdown import validate_plain_text
from purposeapp.models.visible_text import validate_visible

from .text import NewlineField

NO_END = _("End with a full stop, a question mark or an exclamation mark.")

_END = re.compile(r"[.!?]['\"”»)]*\Z")


def validate_end(text: str) -> None:
    """Raise ValidationError for a text that doesn't end like a sentence.

    Sentences are shown one after the other.
    """
    if not _END.search(text):
        raise ValidationError(NO_END, code="end")


class EditorsTextField(NewlineField):
    """A field for a text without invisible characters."""

    default_validators = [validate_visible]


class PlainTextField(NewlineField):
    """A field for whole sentences without HTML, Markdown and invisible characters."""

    default_validators = [validate_visible, validate_plain_text, validate_end]
