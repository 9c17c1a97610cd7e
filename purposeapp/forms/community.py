"""The setting whether a user's latest result counts in the community's picture."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.models import User

from .radio_choice import RadioChoiceField

COUNT, LEAVE_OUT = "count", "leave_out"


class CommunityForm(forms.Form):
    """The opt-out from the community's picture."""

    choice = RadioChoiceField(
        label=_("Your latest result"),
        choices=[(COUNT, _("Count it")), (LEAVE_OUT, _("Leave me out"))],
    )

    def __init__(self, *args, user: User, **kwargs) -> None:
        """Initialize the form with the current setting of `user`."""
        kwargs.setdefault("initial", {"choice": LEAVE_OUT if user.left_out else COUNT})
        super().__init__(*args, **kwargs)

    def save(self, *, user: User) -> None:
        """Save the choice. It takes effect with the next release of the picture."""
        left_out = self.cleaned_data["choice"] == LEAVE_OUT
        User.objects.filter(pk=user.pk).update(left_out=left_out)
