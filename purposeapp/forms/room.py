"""Forms of rooms: the room's settings, its code, and answers from paper."""

import uuid
from collections.abc import Mapping

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from purposeapp.models import Room, RoomAnswer
from purposeapp.models.room import MAX_ROOMS_A_DAY, RoomState, TooManyRoomsTodayError
from purposeapp.models.room_answer import MAX_ANSWERS, RoomKind
from purposeapp.rooms.code import LENGTH, read_code, without_gaps
from purposeapp.split import Purpose, Split, budget_error

from .submission import SubmissionField
from .ten_points import PointsField, read_points
from .text import NameField

TOO_MANY_ROOMS_TODAY = _("You've made %(count)d rooms today. Try again tomorrow.")
NO_SUCH_ROOM = _("There's no open room with this code. Check the screen and try again.")
NO_CODE = _("A code has six letters and numbers. Check the screen and try again.")
NOT_TAKEN = _("This worksheet wasn't added: the room isn't open.")
ROOM_FULL = _("This worksheet wasn't added: a room takes %(count)d answers.")
NEW_ROUND = _(
    "A new round has begun, so this worksheet wasn't added. If it's from the new round, add it "
    "again."
)
PURPOSE_AND_KIND = _("%(purpose)s, %(kind)s")


class RoomForm(forms.ModelForm):
    """Form to create a room. Idempotent: sent again, it leads to the same room."""

    submission = SubmissionField(required=False, initial=uuid.uuid4)

    class Meta:
        model = Room
        fields = ["title", "asks_future"]
        field_classes = {"title": NameField}
        labels = {"title": _("Name of the room"), "asks_future": _("Ask for the future too")}
        error_messages = {"title": {"required": _("Enter a name for the room.")}}
        help_texts = {
            "title": _("Everyone in the room sees it."),
            "asks_future": _(
                "People then spend ten points twice: as things are, and as they'd like them to be."
            ),
        }
        widgets = {"title": forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})}

    def save(self, *, user) -> Room | None:  # type: ignore[override]
        """Create the room.

        Returns None and adds an error if the user has reached the day's limit. Returns None
        without an error if the account is gone.
        """
        try:
            return Room.objects.make(host=user, **self.cleaned_data)
        except TooManyRoomsTodayError:
            words = TOO_MANY_ROOMS_TODAY % {"count": MAX_ROOMS_A_DAY}
            self.add_error(None, forms.ValidationError(words, code="today"))
        return None


class CodeForm(forms.Form):
    """Form to enter a room's code, as the screen shows it. A pasted link is accepted too."""

    code = forms.CharField(
        label=_("Code"),
        max_length=200,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text=_("Six letters and numbers, from the screen."),
        error_messages=dict.fromkeys(
            ["required", "max_length", "null_characters_not_allowed"], NO_CODE
        ),
    )

    def clean_code(self) -> str:
        """Return the normalized code."""
        typed = self.cleaned_data["code"]
        if code := read_code(typed):
            return code
        # Six characters, some of which no code contains: the user has misread the code, so say
        # that we can't find the room.
        words = NO_SUCH_ROOM if len(without_gaps(typed)) == LENGTH else NO_CODE
        raise forms.ValidationError(words, code="unknown")


def promised_round(data: Mapping[str, str]) -> int | None:
    """Return the round that the form's page said the answer would be part of; None if it said none.

    An answer is never counted in another round, since that would be without its person's consent.
    """
    try:
        return read_points(data.get("round", "")) or None
    except ValueError:
        return None


class PaperAnswerForm(forms.Form):
    """An answer on paper: five numbers for now, and five for the future if the room asks for it."""

    submission = SubmissionField(required=False, initial=uuid.uuid4)

    def __init__(self, *args, asks_future: bool, round: int | None = None, **kwargs) -> None:
        """Initialize the form. With the room's `round`, data for another one are invalid."""
        super().__init__(*args, **kwargs)
        self.round = round
        self.kinds = list(RoomKind) if asks_future else [RoomKind.NOW]
        for kind in self.kinds:
            for purpose in Purpose:
                field = PointsField(purpose)
                words = {"purpose": purpose.label, "kind": kind.label}
                field.label = PURPOSE_AND_KIND % words if asks_future else purpose.label
                field.initial = ""
                self.fields[_name(kind, purpose)] = field

    @property
    def sheets(self) -> list[tuple[RoomKind, list[tuple[Purpose, forms.BoundField]]]]:
        """Each kind with its purposes and their fields, laid out as on the worksheet."""
        return [
            (kind, [(purpose, self[_name(kind, purpose)]) for purpose in Purpose])
            for kind in self.kinds
        ]

    def clean(self) -> None:
        """Check the round, and each sum against the budget, if its five purposes are valid."""
        super().clean()
        if self.round and promised_round(self.data) != self.round:
            self.add_error(None, forms.ValidationError(NEW_ROUND, code="round"))
        for kind in self.answered:
            names = [_name(kind, purpose) for purpose in Purpose]
            if self.errors.keys().isdisjoint(names):
                used = sum(self.cleaned_data[name] for name in names)
                if error := budget_error(used):
                    self.add_error(names[0], forms.ValidationError(error, code="budget"))

    @property
    def answered(self) -> list[RoomKind]:
        """The kinds that are filled in. The future may be left out, as on a phone."""
        names = [_name(RoomKind.FUTURE, purpose) for purpose in Purpose]
        has_future = any(self.data.get(name, "").strip() for name in names)
        return self.kinds if has_future else [RoomKind.NOW]

    def _split(self, kind: RoomKind) -> Split:
        return Split(*(self.cleaned_data[_name(kind, purpose)] for purpose in Purpose))

    def save(self, room: Room) -> bool:
        """Save the worksheet atomically, as a seat of its own. Idempotent.

        Returns False and adds an error if the room accepts no more answers in the round that the
        form's page named.
        """
        seat, round = f"sheet {self.cleaned_data['submission']}", promised_round(self.data)
        with transaction.atomic():
            if round and all(
                RoomAnswer.objects.store(
                    room.pk, seat=seat, kind=kind, split=self._split(kind), round=round
                )
                for kind in self.answered
            ):
                return True
            transaction.set_rollback(True)
        room.refresh_from_db()
        words = str(NOT_TAKEN)
        if room.effective_state == RoomState.OPEN:
            words = ROOM_FULL % {"count": MAX_ANSWERS} if round == room.round else str(NEW_ROUND)
        self.add_error(None, forms.ValidationError(words, code="closed"))
        return False


def _name(kind: RoomKind, purpose: Purpose) -> str:
    return f"{kind.value}_{purpose.value}"
