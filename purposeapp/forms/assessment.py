"""What a person says about an assessment, or about a split that could become one."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.advice.fit import Side
from purposeapp.models import Assessment, LifeEvent, User

from .life_event import LifeEventForm
from .newlines import NewlineField
from .questionnaire import SubmissionField


class SaveResultForm(forms.Form):
    """Asks whether a split that somebody looked at should go into their history."""

    submission = SubmissionField(required=False, initial=uuid.uuid4)


class EventForm(forms.Form):
    """What happened since the result before, said with one press; empty: nothing to say."""

    event = forms.ChoiceField(
        choices=[(e, e) for e in LifeEvent.values if e != LifeEvent.OTHER], required=False
    )

    def save(self, assessment: Assessment) -> LifeEvent | None:
        """Store the event; None where nothing was said.

        It happened just now, unlike those that are told of an earlier result. So whoever lost a job
        and has said nothing of their side of job seeking looks for one.
        """
        if not self.cleaned_data["event"]:
            return None
        event = LifeEvent(self.cleaned_data["event"])
        Assessment.objects.for_user(assessment.user).filter(pk=assessment.pk).update(
            event=event, event_words=""
        )
        if event == LifeEvent.REDUNDANCY:
            User.objects.filter(pk=assessment.user_id, side="").update(side=Side.CANDIDATE)
        return event


class NoteForm(LifeEventForm, forms.ModelForm):
    """What a person tells about an assessment. The points are not up for change."""

    class Meta:
        model = Assessment
        fields = ["event", "event_words", "note"]
        field_classes = {"note": NewlineField}
        labels = {"note": _("Did you expect this?")}
        widgets = {"note": forms.Textarea(attrs={"rows": 4, "dir": "auto"})}

    def save(self, commit: bool = True) -> Assessment:
        """Store what happened and the note, and nothing else.

        An assessment that was deleted meanwhile stays deleted, and nothing is stored.
        """
        mine = Assessment.objects.for_user(self.instance.user)
        mine.filter(pk=self.instance.pk).update(**self.cleaned_data)
        return self.instance
