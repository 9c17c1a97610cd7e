"""In which time zone a person's days and times are shown."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.models import User
from purposeapp.time_zones import zone_names

UNKNOWN_ZONE = _("Choose a time zone from the list.")


def _choices() -> list[tuple[str, str]]:
    """The names of the time zones, which are the same in every language."""
    return [("", str(_("Same as my browser"))), *((name, name) for name in zone_names())]


class TimeZoneForm(forms.Form):
    """The time zone of a person, or none, which leaves it to the browser."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_choices,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": UNKNOWN_ZONE},
    )

    def save(self, *, user: User) -> None:
        """Store the choice."""
        User.objects.filter(pk=user.pk).update(time_zone=self.cleaned_data["time_zone"])
