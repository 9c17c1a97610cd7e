"""Forms of talks, besides the ten points: links by email, the invitation and the note."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.accounts.limits import INVALID_EMAIL, refuse_other_spelling
from purposeapp.models import Talk
from purposeapp.models.capability_key import hash_of
from purposeapp.models.talk import NoteReplacedError
from purposeapp.models.talk_answer import TalkSide
from purposeapp.models.talk_note import NOTE_MAX_LENGTH
from purposeapp.models.talk_queryset import (
    MAX_INVITATIONS_A_DAY,
    MAX_OPEN_INVITATIONS,
    Invitation,
    TooManyInvitationsTodayError,
    TooManyOpenInvitationsError,
)

from .note import LockedNoteForm
from .submission import SubmissionField
from .text import NameField, NewlineField, OneLineField

TOO_MANY_OPEN = _("You have %(count)d open invitations. Revoke one first.")
TOO_MANY_TODAY = _("You've made %(count)d invitations today. Try again tomorrow.")
CONFIRM_FIRST = _("Confirm your email before you invite someone.")


class LinkMailForm(forms.Form):
    """Form for the address to which a link is sent. The address isn't stored."""

    email = forms.EmailField(
        label=_("Your email"),
        max_length=254,
        error_messages={"required": _("Enter your email."), "invalid": INVALID_EMAIL},
    )

    def clean_email(self) -> str:
        """Refuse another spelling of a valid address, and return it as accounts store theirs.

        So an account that is deleted takes the mails that wait for it along.
        """
        email = self.cleaned_data["email"]
        if email:
            refuse_other_spelling(email)
        return email.lower()


class InvitationMailForm(LinkMailForm):
    """Form for the optional address to which an invitation's link is sent."""

    email = forms.EmailField(
        label=_("Their email (optional)"),
        max_length=254,
        required=False,
        help_text=_("We'll send them the link. We don't store the address."),
        error_messages={"invalid": INVALID_EMAIL},
    )


class InvitationForm(forms.ModelForm):
    """Invitation form. The inviter's name is the only text that the guest sees."""

    submission = SubmissionField(required=False, initial=uuid.uuid4)

    class Meta:
        model = Talk
        fields = ["name", "label"]
        field_classes = {"name": NameField, "label": OneLineField}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "given-name", "dir": "auto"}),
            "label": forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        }
        labels = {"label": _("Who it's for (optional)")}
        error_messages = {"name": {"required": _("Enter your name.")}}
        help_texts = {
            "name": _(
                "Your guest sees this name. Your points, guess and note stay hidden until you've "
                "both agreed to share them."
            ),
            "label": _("Only you see this. It helps you tell your talks apart."),
        }

    def save(self, *, user, key: str) -> Invitation | None:  # type: ignore[override]
        """Create the invitation, or return the one that was made with this key before.

        Returns None and adds an error if the user has reached a limit. Returns None without an
        error if the account is gone.
        """
        try:
            return Talk.objects.invite(
                inviter=user,
                name=self.cleaned_data["name"],
                label=self.cleaned_data["label"],
                key=key,
            )
        except TooManyOpenInvitationsError:
            words, code = TOO_MANY_OPEN % {"count": MAX_OPEN_INVITATIONS}, "open"
        except TooManyInvitationsTodayError:
            words, code = TOO_MANY_TODAY % {"count": MAX_INVITATIONS_A_DAY}, "today"
        self.add_error(None, forms.ValidationError(words, code=code))
        return None


class TalkNoteForm(LockedNoteForm):
    """Form for the note that the other side can read once the talk is open."""

    text = NewlineField(
        label=_("Your note"),
        max_length=NOTE_MAX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )

    def __init__(self, *args: Any, stored: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"text": stored, "note_was": hash_of(stored)}

    def save(self, talk: Talk, side: TalkSide) -> bool:
        """Save the note. Returns False if it's too late to change it.

        Returns False and adds an error if the note has been changed on another page since.
        """
        text, note_was = self.cleaned_data["text"], self.cleaned_data["note_was"]
        try:
            return talk.write(side, text, replaced_hash=note_was)
        except NoteReplacedError as error:
            self.add_conflict("text", error.stored)
            return False
