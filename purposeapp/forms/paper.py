"""An assessment that was done on paper, earlier."""

from datetime import UTC, date, datetime, time
from uuid import uuid5

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.models import Assessment
from purposeapp.models.assessment import EARLIEST, NOTE_MAX_LENGTH
from purposeapp.split import Purpose
from purposeapp.timeline.dates import today

from .day import DayField
from .life_event import LifeEventForm
from .newlines import NewlineField
from .questionnaire import QuestionnaireForm

NO_DAY = _("Enter the date.")
DAY_TO_COME = _("This date is in the future. Dates here are in UTC.")
DAY_TOO_EARLY = _("LinkedIn opened on 5 May 2003. Choose that day or a later one.")

MIDDAY = time(12, tzinfo=UTC)


class PaperForm(LifeEventForm, QuestionnaireForm):
    """The questionnaire with the day on which it was filled in, and with what was going on then."""

    taken_on = DayField(label=_("Date"), error_messages={"required": NO_DAY})
    note = NewlineField(
        label=_("Did you expect this?"),
        max_length=NOTE_MAX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*Purpose.values, "taken_on"])
        days = {"min": EARLIEST.date().isoformat(), "max": today().isoformat()}
        self.fields["taken_on"].widget.attrs.update(days)

    def clean_taken_on(self) -> date:
        """A day since LinkedIn opened, and not one to come."""
        day = self.cleaned_data["taken_on"]
        if day > today():
            raise forms.ValidationError(DAY_TO_COME, code="to_come")
        if day < EARLIEST.date():
            raise forms.ValidationError(DAY_TOO_EARLY, code="too_early")
        return day

    def save(self, *, user) -> Assessment:
        """Record it at midday of that day (UTC), or now if it is today and still morning.

        The same form with another day is another assessment, as it is with other points.
        """
        details = self.cleaned_data
        day = details["taken_on"]
        return Assessment.objects.record(
            user=user,
            split=self.split,
            submission=uuid5(details["submission"], day.isoformat()),
            taken_at=min(datetime.combine(day, MIDDAY), timezone.now()),
            event=details["event"],
            event_words=details["event_words"],
            note=details["note"],
        )
