"""The upload of a file of tips."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.import_export import tips_file

from .import_file import ImportFileField

MAX_TIPS_FILE_MB = 2


class TipsFileForm(forms.Form):
    """Form for a file of tips to compare with the stored ones. It saves nothing."""

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
        """Return the file's bytes, once all its tips are validated."""
        data = self.cleaned_data["file"].read()
        tips_file.read(data)
        return data
