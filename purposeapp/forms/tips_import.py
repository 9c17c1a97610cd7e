"""A file of tips, as it is uploaded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.import_export import tips_file

from .import_file import ImportFileField

MAX_TIPS_FILE_MB = 2


class TipsFileForm(forms.Form):
    """A file of tips, to be compared with what is stored. It stores nothing."""

    file = ImportFileField(
        max_megabytes=MAX_TIPS_FILE_MB,
        accept=".json,application/json",
        label=_("The file"),
        help_text=_("A JSON export, up to 2 MB, such as five-purposes-tips.json."),
    )
    archive_missing = forms.BooleanField(
        label=_("Archive tips that aren't in the file"),
        help_text=_("Otherwise tips that aren't in the file stay as they are."),
        required=False,
    )

    def clean_file(self) -> bytes:
        """The file, all of whose tips are valid."""
        data = self.cleaned_data["file"].read()
        tips_file.read(data)
        return data
