"""Forms to tick a tip, and to choose a side of job seeking."""

from django import forms

from purposeapp.advice.fit import Side
from purposeapp.models import Tick, Tip, User


class BackToAssessment(forms.Form):
    """Base form with the assessment on whose page a button was pressed, if any."""

    assessment = forms.UUIDField(required=False)


class TickForm(BackToAssessment):
    """Form to mark a tip as done or not for me, or to undo that."""

    UNDO = "undo"

    verdict = forms.ChoiceField(choices=[*Tick.Verdict.choices, (UNDO, UNDO)])

    def save(self, *, user: User, tip: Tip) -> None:
        """Save the verdict of `user`, in place of their earlier one on this tip."""
        verdict = self.cleaned_data["verdict"]
        if verdict == self.UNDO:
            Tick.objects.for_user(user).filter(tip=tip).delete()
        else:
            Tick.objects.record(user=user, tip=tip, verdict=verdict)


class SideForm(BackToAssessment):
    """The user's side of job seeking. It can be changed, but not unset."""

    side = forms.ChoiceField(choices=Side.choices)
    settings = forms.BooleanField(required=False)
    """Whether the button was pressed on the settings page."""

    def save(self, *, user: User) -> None:
        """Save the side, and no other column of the account."""
        User.objects.filter(pk=user.pk).update(side=self.cleaned_data["side"])
