"""An export, as it is uploaded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.exchange.importing import Document, ImportResult, import_document, read_document
from purposeapp.exchange.json_forms import InvalidFile
from purposeapp.models import User

from .json_file import JSONFileField


class ImportForm(forms.Form):
    """An export, to be brought back into a history."""

    file = JSONFileField(
        label=_("Your file"),
        help_text=_(
            "Your JSON export, up to 2 MB. It's called five-purposes.json unless you renamed it."
        ),
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
