"""An export, as it is uploaded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.exchange.importing import (
    Document,
    ImportResult,
    NotAnExport,
    import_document,
    read_document,
)

MAX_IMPORT_BYTES = 2 * 1024 * 1024
"""Bytes: some 5,000 assessments with a sentence each, or 900 with the longest of notes."""

FILE_TOO_LARGE = _("This file is larger than 2 MB, the most that is taken.")


class ImportForm(forms.Form):
    """An export, to be brought back into a history."""

    file = forms.FileField(
        label=_("Your file"),
        help_text=_("The JSON one, up to 2 MB; it is called five-purposes.json unless renamed."),
        error_messages={"required": _("Choose the file first.")},
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_file(self) -> Document:
        """What the file holds; all of it is right."""
        file = self.cleaned_data["file"]
        if file.size > MAX_IMPORT_BYTES:
            raise forms.ValidationError(FILE_TOO_LARGE, code="too_large")
        try:
            return read_document(file.read())
        except NotAnExport as error:
            raise forms.ValidationError(str(error), code="not_an_export") from error

    def save(self, *, user) -> ImportResult | None:
        """Add what `user` lacks here, and return how much that was.

        None, with an error at the field, where the file contradicts what is there.
        """
        try:
            return import_document(user, self.cleaned_data["file"])
        except NotAnExport as error:
            self.add_error("file", str(error))
            return None
