"""A text field for sentences in plain text, which readers see as they are typed."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from purposeapp.advice.markdown import validate_plain_text

from .newlines import NewlineField

NO_END = _("End with a full stop, a question mark or an exclamation mark.")

_END = re.compile(r"[.!?]['\"”»)]*\Z")


def validate_end(text: str) -> None:
    """Raise ValidationError for a text that doesn't end like a sentence.

    Sentences are shown one after the other.
    """
    if not _END.search(text):
        raise ValidationError(NO_END, code="end")


class PlainTextField(NewlineField):
    """A field for whole sentences without HTML and Markdown."""

    default_validators = [validate_plain_text, validate_end]
