"""The reminder form."""

from datetime import date

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.dates import oldest_today, today
from purposeapp.models import Reminder

from .day import DayField
from .radio_choice import RadioChoiceField

YEARS_AHEAD = 5

DATE_MISSING = _("Choose the day of your reminder.")
NOT_TO_COME = _("Choose today or a later date.")
TOO_FAR = _("Choose a date within the next five years.")


class ReminderForm(forms.Form):
    """Settings of a user's reminder: how often, or on which date."""

    rhythm = RadioChoiceField(label=_("How often?"), choices=Reminder.Rhythm.choices)
    date = DayField(label=_("Date"), required=False)

    def __init__(self, *args, reminder: Reminder, **kwargs) -> None:
        """Initialize the form with the current settings of `reminder`."""
        on = reminder.due_on if reminder.rhythm == Reminder.Rhythm.ON_DATE else None
        kwargs.setdefault("initial", {"rhythm": reminder.rhythm, "date": on})
        super().__init__(*args, **kwargs)
        self.fields["date"].widget.attrs |= {"min": oldest_today(), "max": _last_day()}

    def clean(self) -> None:
        """Check the date if the rhythm needs one, and ignore it otherwise."""
        super().clean()
        if self.cleaned_data.get("rhythm") != Reminder.Rhythm.ON_DATE:
            self.errors.pop("date", None)
            return
        if "date" in self.errors:
            return
        day = self.cleaned_data["date"]
        if day is None:
            self.add_error("date", DATE_MISSING)
        elif day < oldest_today():
            self.add_error("date", NOT_TO_COME)
        elif day > _last_day():
            self.add_error("date", TOO_FAR)

    def save(self, *, user) -> Reminder | None:
        """Save the choice of `user`. Returns None if the account is gone."""
        return Reminder.objects.choose(
            user=user, rhythm=self.cleaned_data["rhythm"], on=self.cleaned_data.get("date")
        )


def _last_day() -> date:
    return today() + relativedelta(years=YEARS_AHEAD)
