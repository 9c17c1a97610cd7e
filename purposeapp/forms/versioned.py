"""Base form with an optimistic lock and a three-way merge, for all texts that editors write."""

from itertools import chain, count
from typing import Any

from django import forms
from django.db.models import Manager
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from purposeapp.import_export.differences import (
    Difference,
    changed_fields,
    described,
    differences,
)
from purposeapp.import_export.tips_file import NOT_A_KEY
from purposeapp.models.table_lock import lock_table

CHANGED_MEANWHILE = _(
    "%(name)s changed this on %(date)s, while you were editing it, so your changes aren't saved "
    "yet. Compare both versions below. If you save now, yours replaces theirs."
)
CHANGED_BY_SOMEONE = _(
    "Someone else changed this while you were editing it, so your changes aren't saved yet. "
    "Compare both versions below. If you save now, yours replaces theirs."
)
OTHERS_ARE_KEPT = _("Their other changes are kept: %(fields)s.")
KEPT_FROM_A_COLLEAGUE = _(
    "%(name)s changed this on %(date)s, while you were editing it. Their changes are kept: "
    "%(fields)s."
)

KEY_TAKEN = _("This key is already taken. Choose another one.")
KEY_TAKEN_MEANWHILE = _("This can't be restored, because its key “%(key)s” is taken now.")
EXISTS_ALREADY = _("This text already exists for the same readers.")

AT_MOST = _("At most %(limit)d characters.")

NOT_RESTORED = ["state", "published_from", "position"]
"""The fields that keep their current values if an earlier version of an existing row is restored.

Most first versions are drafts: restoring their state would take the text off the site.
"""


class VersionedForm(forms.ModelForm):
    """Model form with an optimistic lock and a three-way merge.

    If a colleague has saved in the meantime, fields that only they have changed get their values.
    The form is invalid if both have changed the same field.
    """

    KEY_HELP: Any = ""
    """Help text of the key of a new row: what it's made from if none is typed."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    """Fingerprint of the stored row when the editor opened the form; empty for a new row."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.conflict: list[Difference] = []
        self.merged: list[str] = []
        """The fields that have got a colleague's values."""
        self.kept = ""
        """A message that says which ones, unless the form is invalid because of a conflict."""
        # The instance may be an earlier version that the editor is restoring.
        rows = self._meta.model._default_manager
        self.stored: Any = rows.filter(pk=self.instance.pk).first() if self.instance.pk else None
        self.initial["version"] = self.stored.fingerprint if self.stored else ""
        self.not_restored = [name for name in NOT_RESTORED if name in self.fields and self.stored]
        for name in self.not_restored:
            self.initial[name] = getattr(self.stored, name)
            setattr(self.instance, name, self.initial[name])
        for field in self.fields.values():
            # Browsers silently cut off what is pasted beyond it. The server's error says so.
            field.widget.attrs.pop("maxlength", None)
        if "text" in self.fields:
            text: Any = self.fields["text"]
            limit = AT_MOST % {"limit": text.max_length}
            text.help_text = f"{text.help_text} {limit}"
        if not self.instance.pk and "key" in self.fields:
            key = self.fields["key"]
            key.required, key.help_text = False, self.KEY_HELP
            key.error_messages |= {"invalid": NOT_A_KEY, "unique": KEY_TAKEN}

    def clean(self) -> dict:
        is_added = not self.instance.pk and "key" in self.fields
        if is_added:
            # So that the unused key is still unused when it's saved, and the text still new.
            lock_table(self._meta.model)
        values = super().clean() or self.cleaned_data
        # What an editor has changed is known once all fields are valid.
        if self.instance.pk and "version" in self.fields and not self.errors:
            self._merge()
        if self.instance.pk and not self.stored:
            self._refuse_a_key_taken_meanwhile()
        if is_added and not self.errors:
            self._refuse_a_second_one()
        return values

    def typed(self) -> Any:
        """Return an unsaved row with the typed values, and the stored ones for invalid fields.

        Once merged, it has a colleague's values too.
        """
        model = self._meta.model
        row = model(pk=self.instance.pk, key=self.instance.key)
        for name in model.CHANGING_FIELDS:
            setattr(row, name, self.cleaned_data.get(name, getattr(self.instance, name)))
        return row

    def _merge(self) -> None:
        """Take over what only a colleague has changed, or add an error if both changed a field."""
        if self.cleaned_data.get("version") == self.initial["version"]:
            return
        if not self.stored:
            self.conflict = described(self.typed())
        elif opened := self._opened_version():
            mine = changed_fields(opened, self.typed())
            theirs = changed_fields(opened, self.stored)
            self.merged = [name for name in theirs if name not in mine]
            self.conflict = differences(self.stored, self.typed(), among=set(mine) & set(theirs))
        else:
            self.conflict = differences(self.stored, self.typed())
        # If the form is shown again, an editor who saves again has seen what is stored.
        values = {name: getattr(self.stored, name) for name in self.merged}
        shown = {**values, "version": self.initial["version"]}
        shown = {self.add_prefix(name): value for name, value in shown.items()}
        self.data = {**self.data.dict(), **shown}  # type: ignore[attr-defined]
        self.cleaned_data |= values
        words = self._last_change()
        fields = ", ".join(str(self.fields[name].label) for name in self.merged)
        if self.conflict:
            said = [CHANGED_MEANWHILE % words if words else str(CHANGED_BY_SOMEONE)]
            said += [OTHERS_ARE_KEPT % {"fields": fields}] if fields else []
            self.add_error(None, forms.ValidationError(" ".join(said), code="conflict"))
        elif fields:
            self.kept = KEPT_FROM_A_COLLEAGUE % {**words, "fields": fields}

    def _last_change(self) -> dict[str, str]:
        """Return who changed the row last, and when, for a message; empty without a history."""
        newest = self._meta.model.history.filter(id=self.instance.pk).first()
        if newest is None:
            return {}
        name = newest.history_user or gettext("Someone else")
        date = date_format(localtime(newest.history_date), "DATETIME_FORMAT")
        return {"name": str(name), "date": date}

    def _opened_version(self) -> Any:
        """Return the version that the editor opened, or None if it isn't in the history."""
        versions = (record.instance for record in self.stored.history.all())
        opened = self.cleaned_data.get("version")
        return next((version for version in versions if version.fingerprint == opened), None)

    def _refuse_a_second_one(self) -> None:
        """Add an error if a row says the same to the same readers, e.g. if a form is sent twice.

        It makes adding a row idempotent.
        """
        model, typed = self._meta.model, self.typed()
        names = [name for name in model.CHANGING_FIELDS if name not in NOT_RESTORED]
        values = {name: getattr(typed, name) for name in names}
        if first := model._default_manager.filter(**values).first():
            page = reverse(f"admin:purposeapp_{model._meta.model_name}_change", args=[first.pk])
            said = format_html('{} <a href="{}">{}</a>', EXISTS_ALREADY, page, gettext("Open it"))
            self.add_error("text", forms.ValidationError(said, code="exists"))

    def _refuse_a_key_taken_meanwhile(self) -> None:
        """Add an error if the key of a deleted row that is being restored is used again.

        Django checks only the form's own fields, and the key isn't one of them.
        """
        model = self._meta.model
        if model._default_manager.filter(key=self.instance.key).exists():
            error = KEY_TAKEN_MEANWHILE % {"key": self.instance.key}
            self.add_error(None, forms.ValidationError(error, code="unique"))


def first_unused(key: str, rows: Manager) -> str:
    """Return the first unused one of `key`, `key-2`, `key-3`, … Call it under the table lock."""
    candidates = chain([key], (f"{key}-{number}" for number in count(2)))
    return next(candidate for candidate in candidates if not rows.filter(key=candidate).exists())
