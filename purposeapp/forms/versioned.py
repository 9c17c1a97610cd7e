"""What the forms of tips and of portrait sentences have in common: an optimistic lock."""

from itertools import chain, count
from typing import Any

from django import forms
from django.db.models import Manager
from django.utils.translation import gettext_lazy as _

from purposeapp.import_export.differences import Difference, described, differences

CHANGED_MEANWHILE = _(
    "Someone else saved this while you were editing, so your changes aren't saved yet. "
    "Compare both versions below. If you save now, yours replaces theirs."
)


class VersionedForm(forms.ModelForm):
    """An optimistic lock: nobody overwrites what a colleague has saved meanwhile."""

    KEY_HELP: Any = ""
    """What a new row's key is made of where none is typed."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    """Fingerprint of what was stored when the editor began; empty for what is not stored."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.conflict: list[Difference] = []
        # The instance may be an earlier version, which is to be stored again.
        rows = self._meta.model._default_manager
        self.stored: Any = rows.filter(pk=self.instance.pk).first() if self.instance.pk else None
        self.initial["version"] = self.stored.fingerprint if self.stored else ""
        if not self.instance.pk and "key" in self.fields:
            self.fields["key"].required = False
            self.fields["key"].help_text = self.KEY_HELP

    def clean(self) -> dict:
        values = super().clean() or self.cleaned_data
        if self.instance.pk and "version" in self.fields:
            self._refuse_to_overwrite()
        if self.instance.pk and not self.stored:
            self._refuse_a_key_taken_meanwhile()
        return values

    def typed(self) -> Any:
        """What is typed, as a row that is not saved; what was not understood is as it was."""
        model = self._meta.model
        row = model(pk=self.instance.pk, key=self.instance.key)
        for name in model.CHANGING_FIELDS:
            setattr(row, name, self.cleaned_data.get(name, getattr(self.instance, name)))
        return row

    def _refuse_to_overwrite(self) -> None:
        if self.cleaned_data.get("version") == self.initial["version"]:
            return
        # Whoever saves again has seen what is stored now.
        self.data = {**self.data.dict(), self.add_prefix("version"): self.initial["version"]}  # type: ignore[attr-defined]
        mine = self.typed()
        self.conflict = differences(self.stored, mine) if self.stored else described(mine)
        self.add_error(None, forms.ValidationError(CHANGED_MEANWHILE, code="conflict"))

    def _refuse_a_key_taken_meanwhile(self) -> None:
        """Django looks at the fields of the form alone, and the key of what was deleted is none."""
        model = self._meta.model
        if model._default_manager.filter(key=self.instance.key).exists():
            self.add_error(None, self.instance.unique_error_message(model, ["key"]))


def first_unused(key: str, rows: Manager) -> str:
    """The first unique one of `key`, `key-2`, `key-3`, … Call it under the table lock."""
    candidates = chain([key], (f"{key}-{number}" for number in count(2)))
    return next(candidate for candidate in candidates if not rows.filter(key=candidate).exists())
