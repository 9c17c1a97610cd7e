"""Forms to set and end a goal."""

from datetime import date

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.dates import oldest_today, today
from purposeapp.models import Goal
from purposeapp.models.goal import YEARS_AHEAD

from .day import DayField
from .ten_points import TenPointsForm

DAY_PASSED = _("This date is in the past. Choose a later one, or leave it empty.")
TOO_FAR = _("Choose a date within the next 20 years, or leave it empty.")


class GoalForm(TenPointsForm):
    """Goal form: a target split, with an optional target date."""

    earlier_words = _("now %(was)d")
    change_words = _("now %(was)d, goal %(now)d")

    wanted_by = DayField(label=_("Target date (optional)"), required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wanted_by"].widget.attrs |= {"min": oldest_today(), "max": _last_day()}

    def clean_wanted_by(self) -> date | None:
        """Check that the date, if any, is neither over in every time zone nor too far ahead."""
        day = self.cleaned_data["wanted_by"]
        if day and day < oldest_today():
            raise forms.ValidationError(DAY_PASSED, code="passed")
        if day and day > _last_day():
            raise forms.ValidationError(TOO_FAR, code="too_far")
        return day

    def save(self, *, user) -> Goal | None:
        """Make it the current goal of `user`. Returns None if the account is gone."""
        return Goal.objects.set(
            user=user, split=self.split, wanted_by=self.cleaned_data["wanted_by"]
        )


class EndGoalForm(forms.Form):
    """Form to end a goal. It names the goal, so that a user ends only the one that they saw."""

    goal = forms.ModelChoiceField(queryset=Goal.objects.none())

    def __init__(self, *args, user, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["goal"].queryset = Goal.objects.for_user(user).current()  # type: ignore[attr-defined]

    def save(self) -> int:
        """End the goal. Returns 1, or 0 if a concurrent request has ended it."""
        goals = self.fields["goal"].queryset  # type: ignore[attr-defined]
        return goals.filter(pk=self.cleaned_data["goal"].pk).end(timezone.now())


def _last_day() -> date:
    return today() + relativedelta(years=YEARS_AHEAD)
