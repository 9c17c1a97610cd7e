"""Forms to save a split as an assessment, and to add an event and a note to one."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.advice.fit import Side
from purposeapp.models import Assessment, LifeEvent, User

from .life_event import LifeEventForm
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


class NoteForm(LifeEventForm, forms.ModelForm):
    """The event and the note of an assessment. Its points can't be changed."""

    event_was = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    """The event and its words when the page was loaded, so that older pages undo no newer ones."""

    class Meta:
        model = Assessment
        fields = ["event", "event_words", "note"]
        field_classes = {"note": NewlineField}
        labels = {"note": _("Did you expect this?")}
        widgets = {"note": forms.Textarea(attrs={"rows": 4, "dir": "auto"})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["event_was"] = f"{self.instance.event} {self.instance.event_words}"

    def save(self, commit: bool = True) -> Assessment:
        """Save the note, and the event if the user changed it, and no other column.

        Saves nothing if the assessment has been deleted in the meantime.
        """
        values = dict(self.cleaned_data)
        event_was = values.pop("event_was")
        if event_was == f"{values['event']} {values['event_words']}":
            del values["event"], values["event_words"]
        mine = Assessment.objects.for_user(self.instance.user)
        mine.filter(pk=self.instance.pk).update(**values)
        return self.instance
