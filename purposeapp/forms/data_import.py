"""An export, as it is uploaded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.import_export.importing import (
    Document,
    ImportResult,
    import_document,
    read_document,
)
from purposeapp.import_export.json_validation import InvalidFile
from purposeapp.models import User

from .import_file import ImportFileField

MAX_IMPORT_MB = 64
"""As many assessments as an account holds, with the longest of notes in most languages."""


class ImportForm(forms.Form):
    """An export, to be brought back into a history."""

    file = ImportFileField(
        max_megabytes=MAX_IMPORT_MB,
        accept=".json,.csv,application/json,text/csv",
        label=_("Your file"),
        help_text=_("JSON or CSV, as you exported it, up to 64 MB."),
    )

    def clean_file(self) -> Document:
        """What the file holds; all of it is valid."""
        return read_document(self.cleaned_data["file"].read())

    def save(self, *, user: User) -> ImportResult | None:
        """Add what `user` lacks here, and return how much that was.

        None, with an error at the field, where the file contradicts what is there.
        """
        try:
            return import_document(user, self.cleaned_data["file"])
        except InvalidFile as error:
            self.add_error("file", error)
            return None
