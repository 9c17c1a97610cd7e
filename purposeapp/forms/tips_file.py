"""A file of tips, as it is uploaded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.exchange import tips_file
from purposeapp.exchange.hostile_json import NotAnExport

from .data_import import FILE_TOO_LARGE, MAX_IMPORT_BYTES


class TipsFileForm(forms.Form):
    """A file of tips, to be compared with what is stored. It stores nothing."""

    file = forms.FileField(
        label=_("The file"),
        help_text=_("JSON, up to 2 MB; as an export is called: five-purposes-tips.json."),
        error_messages={"required": _("Choose the file first.")},
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    archive_missing = forms.BooleanField(
        label=_("Archive what the file lacks"),
        help_text=_("Otherwise tips that the file does not have stay as they are."),
        required=False,
    )

    def clean_file(self) -> bytes:
        """The file, all of whose tips are right."""
        file = self.cleaned_data["file"]
        if file.size > MAX_IMPORT_BYTES:
            raise forms.ValidationError(FILE_TOO_LARGE, code="too_large")
        data = file.read()
        try:
            tips_file.read(data)
        except NotAnExport as error:
            raise forms.ValidationError(str(error), code="not_an_export") from error
        return data
