"""The time zone setting."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.models import User
from purposeapp.time_zones import is_zone, offered_zone_names

UNKNOWN_ZONE = _("Choose a time zone from the list.")

Places = list[tuple[str, str]]
"""Pairs of a time zone's name and the place to display."""


def _choices() -> list[tuple[str, str | Places]]:
    """Return the choices, grouped by region. The places' names aren't translated."""
    regions: dict[str, Places] = {}
    for name in offered_zone_names():
        region, _slash, place = name.partition("/")
        place = place.replace("_", " ").replace("/", ", ")
        regions.setdefault(region, []).append((name, place))
    return [("", str(_("Same as my browser"))), ("UTC", "UTC"), *regions.items()]


class TimeZoneField(forms.ChoiceField):
    """A choice of time zones. Old names are valid too, because a user may have one stored."""

    def valid_value(self, value: str) -> bool:
        return not value or is_zone(value)


class TimeZoneForm(forms.Form):
    """The user's time zone. If it's empty, the browser's time zone is used."""

    time_zone = TimeZoneField(
        label=_("Time zone"),
        choices=_choices,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": UNKNOWN_ZONE},
    )

    def save(self, *, user: User) -> None:
        """Save the choice."""
        User.objects.filter(pk=user.pk).update(time_zone=self.cleaned_data["time_zone"])
