"""What a person says about a tip, and about their side of job seeking."""

from django import forms

from purposeapp.advice.fit import Side
from purposeapp.models import Tick, Tip, User


class BackToAssessment(forms.Form):
    """Says on which assessment a button was pressed; empty, where it was on none."""

    assessment = forms.UUIDField(required=False)


class TickForm(BackToAssessment):
    """A tip is done, or not for me, or neither after all."""

    UNDO = "undo"

    verdict = forms.ChoiceField(choices=[*Tick.Verdict.choices, (UNDO, UNDO)])

    def save(self, *, user: User, tip: Tip) -> None:
        """Store it for `user`, once, in place of what they said of the tip before."""
        verdict = self.cleaned_data["verdict"]
        if verdict == self.UNDO:
            Tick.objects.for_user(user).filter(tip=tip).delete()
        else:
            Tick.objects.record(user=user, tip=tip, verdict=verdict)


class SideForm(BackToAssessment):
    """Which side of job seeking somebody is on. It can be changed, but not be left open again."""

    side = forms.ChoiceField(choices=Side.choices)
    settings = forms.BooleanField(required=False)
    """Whether the button was pressed on the settings page."""

    def save(self, *, user: User) -> None:
        """Store it, and nothing else of the account."""
        User.objects.filter(pk=user.pk).update(side=self.cleaned_data["side"])
