"""In which time zone a person's days and times are shown."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.models import User
from purposeapp.time_zones import is_zone, offered_zone_names

UNKNOWN_ZONE = _("Choose a time zone from the list.")

Places = list[tuple[str, str]]
"""Names of time zones, each with the place that it is named after."""


def _choices() -> list[tuple[str, str | Places]]:
    """The places by their region. What they are called is the same in every language."""
    regions: dict[str, Places] = {}
    for name in offered_zone_names():
        region, _slash, place = name.partition("/")
        place = place.replace("_", " ").replace("/", ", ")
        regions.setdefault(region, []).append((name, place))
    return [("", str(_("Same as my browser"))), ("UTC", "UTC"), *regions.items()]


class TimeZoneField(forms.ChoiceField):
    """A choice of time zones, which takes their old names too: somebody may have stored one."""

    def valid_value(self, value: str) -> bool:
        return not value or is_zone(value)


class TimeZoneForm(forms.Form):
    """The time zone of a person, or none, which leaves it to the browser."""

    time_zone = TimeZoneField(
        label=_("Time zone"),
        choices=_choices,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": UNKNOWN_ZONE},
    )

    def save(self, *, user: User) -> None:
        """Store the choice."""
        User.objects.filter(pk=user.pk).update(time_zone=self.cleaned_data["time_zone"])
