"""Forms for an assessment that was done on paper earlier."""

from datetime import date
from uuid import uuid5

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.dates import newest_day
from purposeapp.models import Assessment
from purposeapp.models.assessment import EARLIEST, NOTE_MAX_LENGTH
from purposeapp.split import Purpose
from purposeapp.time_zones import FIRST_TO_BEGIN

from .day import DayField
from .life_event import LifeEventForm
from .questionnaire import QuestionnaireForm
from .text import NewlineField

NO_DAY = _("Enter the date.")
DAY_TO_COME = _("This date is in the future. Choose today or an earlier date.")
AFTER_ENTRY = _("You added this result before then. Choose an earlier date.")
DAY_TOO_EARLY = _("LinkedIn launched on 5 May 2003. Choose that day or a later one.")


class PaperDayForm(forms.Form):
    """The date on a worksheet: since LinkedIn opened, and not in the future in all time zones."""

    taken_on = DayField(label=_("Date"), error_messages={"required": NO_DAY})

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        days = {"min": EARLIEST.date().isoformat(), "max": self.last_day.isoformat()}
        self.fields["taken_on"].widget.attrs.update(days)

    @property
    def last_day(self) -> date:
        """The latest date that can be chosen."""
        return newest_day()

    def clean_taken_on(self) -> date:
        """Check that the date is between LinkedIn's opening and the latest possible date."""
        day = self.cleaned_data["taken_on"]
        if day > newest_day():
            raise forms.ValidationError(DAY_TO_COME, code="to_come")
        if day > self.last_day:
            raise forms.ValidationError(AFTER_ENTRY, code="after_entry")
        if day < EARLIEST.date():
            raise forms.ValidationError(DAY_TOO_EARLY, code="too_early")
        return day


class ChangeDayForm(PaperDayForm):
    """Form to change the date of an assessment that was done on paper."""

    def __init__(self, *args, assessment: Assessment, **kwargs) -> None:
        self.assessment = assessment
        kwargs.setdefault("initial", {"taken_on": assessment.taken_on})
        super().__init__(*args, **kwargs)

    @property
    def last_day(self) -> date:
        """The date on which the assessment was entered."""
        return self.assessment.recorded_at.astimezone(FIRST_TO_BEGIN).date()

    def save(self) -> None:
        """Save the date, and place the assessment among the others of that date."""
        mine = Assessment.objects.for_user(self.assessment.user)
        day = self.cleaned_data["taken_on"]
        if day != self.assessment.taken_on:
            taken_at = mine.time_on_paper(day, recorded_at=self.assessment.recorded_at)
            this = mine.on_paper().filter(pk=self.assessment.pk)
            this.update(taken_on=day, taken_at=taken_at)


class PaperForm(PaperDayForm, LifeEventForm, QuestionnaireForm):
    """The questionnaire for a paper worksheet, with its date, a life event and a note."""

    note = NewlineField(
        label=_("Did you expect this?"),
        max_length=NOTE_MAX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*Purpose.values, "taken_on"])

    def save(self, *, user) -> Assessment:
        """Record the assessment on that date. Idempotent.

        If the same form is sent again with a different date or different points, that's another
        assessment.
        """
        details = self.cleaned_data
        day = details["taken_on"]
        return Assessment.objects.record(
            user=user,
            split=self.split,
            submission=uuid5(details["submission"], day.isoformat()),
            taken_on=day,
            event=details["event"],
            event_words=details["event_words"],
            note=details["note"],
        )
