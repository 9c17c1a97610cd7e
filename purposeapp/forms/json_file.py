"""A JSON file, as it is uploaded."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

MAX_IMPORT_BYTES = 2 * 1024 * 1024
"""Bytes: some 5,000 assessments with a sentence each, or 900 with the longest of notes."""

FILE_TOO_LARGE = _("This file is larger than 2 MB. Choose a smaller one.")


def validate_size(file: UploadedFile) -> None:
    """Raise ValidationError for a file of more than MAX_IMPORT_BYTES."""
    if (file.size or 0) > MAX_IMPORT_BYTES:
        raise forms.ValidationError(FILE_TOO_LARGE, code="too_large")


class JSONFileField(forms.FileField):
    """A JSON file of at most MAX_IMPORT_BYTES."""

    widget = forms.FileInput(attrs={"accept": ".json,application/json"})
    default_error_messages = {"required": _("Choose a file first.")}
    default_validators = [validate_size]
