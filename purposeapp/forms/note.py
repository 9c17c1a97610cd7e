"""Base form for a note, with an optimistic lock: it may be open on two pages at once."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.models.capability_key import hash_of

NOTE_CHANGED = _(
    "You've changed this note on another page in the meantime, so this text isn't saved yet. "
    "Compare it with the saved one. If you save now, this text replaces it."
)


class LockedNoteForm(forms.Form):
    """Base form with the hash of the note that its page was loaded with."""

    note_was = forms.CharField(required=False, widget=forms.HiddenInput)
    conflict = ""
    """The stored note, if saving would have replaced it unseen."""

    def add_conflict(self, field: str, stored: str) -> None:
        """Add an error for a note that was changed on another page, and show both."""
        self.add_error(field, forms.ValidationError(NOTE_CHANGED, code="conflict"))
        self.conflict = stored
        # A user who saves again has seen it.
        self.data = {**dict(self.data.items()), "note_was": hash_of(stored)}
