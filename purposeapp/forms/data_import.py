"""The upload of a data export to import."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.import_export.deserialization import Document, read_document
from purposeapp.import_export.importing import ImportResult, import_document
from purposeapp.import_export.json_validation import InvalidFile
from purposeapp.models import User

from .import_file import ImportFileField

MAX_IMPORT_MB = 64
"""Maximum file size in MB: a full account with the longest notes, in most languages."""


class ImportForm(forms.Form):
    """Data import form: an exported file, whose contents are added to the user's history."""

    file = ImportFileField(
        max_megabytes=MAX_IMPORT_MB,
        accept=".json,.csv,application/json,text/csv",
        label=_("Your file"),
        help_text=_("JSON or CSV, as you exported it, up to 64 MB."),
    )

    def clean_file(self) -> Document:
        """Return the file's contents, all validated."""
        return read_document(self.cleaned_data["file"].read())

    def save(self, *, user: User) -> ImportResult | None:
        """Add what `user` lacks, and return how much that was.

        Returns None and adds an error to the field if the file contradicts existing rows or would
        exceed the account's limits.
        """
        try:
            return import_document(user, self.cleaned_data["file"])
        except InvalidFile as error:
            self.add_error("file", error)
            return None
