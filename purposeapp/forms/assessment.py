"""Forms to save a split as an assessment, and to add an event and a note to one."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.advice.fit import Side
from purposeapp.models import Assessment, LifeEvent, User
from purposeapp.models.capability_key import hash_of

from .life_event import LifeEventForm
from .note import LockedNoteForm
from .submission import SubmissionField
from .text import NewlineField


class SaveResultForm(forms.Form):
    """Form to save a split that is on the screen to the user's history."""

    submission = SubmissionField(required=False, initial=uuid.uuid4)


class EventForm(forms.Form):
    """The life event since the previous result, chosen with one button; empty for none."""

    event = forms.ChoiceField(
        choices=[(e, e) for e in LifeEvent.values if e != LifeEvent.OTHER], required=False
    )

    def save(self, assessment: Assessment) -> LifeEvent | None:
        """Save the event and return it, or return None if the user chose none.

        This event has just happened, unlike one added to an earlier result. So a user who lost a
        job and hasn't chosen a side of job seeking becomes a candidate.
        """
        if not self.cleaned_data["event"]:
            return None
        event = LifeEvent(self.cleaned_data["event"])
        Assessment.objects.for_user(assessment.user).filter(pk=assessment.pk).update(
            event=event, event_words=""
        )
        if event == LifeEvent.REDUNDANCY:
            User.objects.choose_side(assessment.user, Side.CANDIDATE)
        return event


class NoteForm(LockedNoteForm, LifeEventForm, forms.ModelForm):
    """The event and the note of an assessment. Its points can't be changed."""

    event_was = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    """The event and its words when the page was loaded, so that older pages undo no newer ones."""

    changes: dict[str, str]
    """The values of a valid form that the user has changed since the page was loaded."""

    class Meta:
        model = Assessment
        fields = ["event", "event_words", "note"]
        field_classes = {"note": NewlineField}
        labels = {"note": _("Did you expect this?")}
        widgets = {"note": forms.Textarea(attrs={"rows": 4, "dir": "auto"})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.stored_note = self.instance.note
        self.initial["event_was"] = f"{self.instance.event} {self.instance.event_words}"
        self.initial["note_was"] = hash_of(self.stored_note)

    def clean(self) -> None:
        super().clean()
        if self.errors:
            return
        self.changes = dict(self.cleaned_data)
        event_was, note_was = self.changes.pop("event_was"), self.changes.pop("note_was")
        event = f"{self.changes['event']} {self.changes['event_words']}"
        if event in (event_was, self.initial["event_was"]):
            del self.changes["event"], self.changes["event_words"]
        if self.changes["note"] == self.stored_note or hash_of(self.changes["note"]) == note_was:
            del self.changes["note"]

    def save(self, commit: bool = True) -> bool:
        """Save what the user has changed, and no other column.

        Returns False and adds an error if the note has been changed on another page since. Saves
        nothing if the assessment has been deleted in the meantime.
        """
        mine = Assessment.objects.for_user(self.instance.user).filter(pk=self.instance.pk)
        if "note" not in self.changes:
            if self.changes:
                mine.update(**self.changes)
            return True
        note_was = self.cleaned_data["note_was"]
        is_known = not self.stored_note or note_was in ("", hash_of(self.stored_note))
        # One statement, so that of two saves at once only the first takes effect.
        if is_known and mine.filter(note=self.stored_note).update(**self.changes):
            return True
        stored = mine.values_list("note", flat=True).first()
        if stored in (None, self.changes["note"]):
            return True
        self.add_conflict("note", stored)
        return False
