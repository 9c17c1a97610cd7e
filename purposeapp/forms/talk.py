"""What people type in a talk, beside ten points: the invitation and the note."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.models import Talk
from purposeapp.models.talk import (
    MAX_INVITATIONS_A_DAY,
    MAX_OPEN_INVITATIONS,
    TooManyInvitationsTodayError,
    TooManyOpenInvitationsError,
)
from purposeapp.models.talk_answer import TalkSide
from purposeapp.models.talk_note import NOTE_MAX_LENGTH

from .newlines import NewlineField

TOO_MANY_OPEN = _("You have %(count)d open invitations. Revoke one first.")
TOO_MANY_TODAY = _("You've made %(count)d invitations today. Try again tomorrow.")
CONFIRM_FIRST = _("Confirm your email before you invite somebody.")


class LinkMailForm(forms.Form):
    """Where a link is sent, if it is; the address is not stored."""

    email = forms.EmailField(label=_("Your email"), max_length=254)


class InvitationMailForm(LinkMailForm):
    """Where the link of an invitation is sent, if it is."""

    email = forms.EmailField(
        label=_("Their email (optional)"),
        max_length=254,
        required=False,
        help_text=_("We'll send them the link. We don't store the address."),
    )


class InvitationForm(forms.ModelForm):
    """An invitation. It holds no word to the guest but the name of whoever asks."""

    class Meta:
        model = Talk
        fields = ["name", "label"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "given-name", "dir": "auto"}),
            "label": forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        }
        labels = {"label": _("Who it's for (optional)")}
        help_texts = {
            "name": _("Your guest sees this name, and nothing else about you."),
            "label": _("Only you see this. It tells your talks apart."),
        }

    def clean_name(self) -> str:
        """The name on one line, without spaces that nobody sees."""
        return " ".join(self.cleaned_data["name"].split())

    def clean_label(self) -> str:
        """The label on one line, as the name."""
        return " ".join(self.cleaned_data["label"].split())

    def save(self, *, user) -> "tuple[Talk, str] | None":  # type: ignore[override]
        """Make the invitation, and return it with its key. None where a limit refuses it.

        The form then has the error; None too, without one, where the account is gone.
        """
        try:
            return Talk.objects.invite(inviter=user, **self.cleaned_data)
        except TooManyOpenInvitationsError:
            words, code = TOO_MANY_OPEN % {"count": MAX_OPEN_INVITATIONS}, "open"
        except TooManyInvitationsTodayError:
            words, code = TOO_MANY_TODAY % {"count": MAX_INVITATIONS_A_DAY}, "today"
        self.add_error(None, forms.ValidationError(words, code=code))
        return None


class TalkNoteForm(forms.Form):
    """The note that the other side can read once the talk is open."""

    text = NewlineField(
        label=_("Your note"),
        max_length=NOTE_MAX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )

    def save(self, talk: Talk, side: TalkSide) -> bool:
        """Store it; False where it is too late."""
        return talk.write(side, self.cleaned_data["text"])
