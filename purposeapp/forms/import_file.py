"""A field for the upload of a file to import."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

MEGABYTE = 1024 * 1024

FILE_TOO_LARGE = _("This file is larger than %(megabytes)d MB. Choose a smaller one.")


class ImportFileField(forms.FileField):
    """A file field with a maximum size in megabytes. `accept` lists the types browsers offer."""

    default_error_messages = {
        "required": _("Choose a file first."),
        "empty": _("This file is empty. Choose another one."),
        "too_large": FILE_TOO_LARGE,
    }

    def __init__(self, *, max_megabytes: int, accept: str, **kwargs) -> None:
        super().__init__(widget=forms.FileInput(attrs={"accept": accept}), **kwargs)
        self.max_megabytes = max_megabytes

    def clean(self, data: UploadedFile | None, initial=None) -> UploadedFile | None:
        file = super().clean(data, initial)
        if file and (file.size or 0) > self.max_megabytes * MEGABYTE:
            params = {"megabytes": self.max_megabytes}
            raise forms.ValidationError(
                self.error_messages["too_large"], code="too_large", params=params
            )
        return file
