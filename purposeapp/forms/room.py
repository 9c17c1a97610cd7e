"""What people type in a room: its title, its code, the ten points, and those from paper."""

import uuid

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from purposeapp.models import Room, RoomAnswer
from purposeapp.models.room import MAX_ROOMS_A_DAY, RoomState, TooManyRoomsTodayError
from purposeapp.models.room_answer import MAX_ANSWERS, RoomKind
from purposeapp.rooms.code import LENGTH, read_code, without_gaps
from purposeapp.split import Purpose, Split, budget_error

from .questionnaire import SubmissionField
from .ten_points import PointsField

TOO_MANY_ROOMS_TODAY = _("You've made %(count)d rooms today. Try again tomorrow.")
NO_SUCH_ROOM = _("There's no open room with this code. Check the screen and try again.")
NO_CODE = _("A code has six letters and numbers. Check the screen and try again.")
NOT_TAKEN = _("This sheet wasn't added: the room isn't open.")
ROOM_FULL = _("This sheet wasn't added: a room takes %(count)d answers.")
PURPOSE_AND_KIND = _("%(purpose)s, %(kind)s")


class RoomForm(forms.ModelForm):
    """A new room."""

    class Meta:
        model = Room
        fields = ["title", "asks_future"]
        labels = {"title": _("Name of the room"), "asks_future": _("Ask for the future too")}
        help_texts = {
            "title": _("Everybody in the room sees it."),
            "asks_future": _(
                "People then spend ten points twice: as things are, and as they'd like them to be."
            ),
        }
        widgets = {"title": forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})}

    def clean_title(self) -> str:
        """The title on one line, without spaces that nobody sees."""
        return " ".join(self.cleaned_data["title"].split())

    def save(self, *, user) -> Room | None:  # type: ignore[override]
        """Create the room. None where a limit refuses it: the form then has the error.

        None too, without an error, where the account is gone.
        """
        try:
            return Room.objects.make(host=user, **self.cleaned_data)
        except TooManyRoomsTodayError:
            words = TOO_MANY_ROOMS_TODAY % {"count": MAX_ROOMS_A_DAY}
            self.add_error(None, forms.ValidationError(words, code="today"))
        return None


class CodeForm(forms.Form):
    """The code of a room, as it stands on the screen. Some paste the whole link."""

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
        """The code as rooms have it."""
        typed = self.cleaned_data["code"]
        if code := read_code(typed):
            return code
        # No code has these letters. That is not for people to know: they have misread one.
        words = NO_SUCH_ROOM if len(without_gaps(typed)) == LENGTH else NO_CODE
        raise forms.ValidationError(words, code="unknown")


class PaperAnswerForm(forms.Form):
    """An answer on paper: the five numbers on now, and on the future where the room asks."""

    submission = SubmissionField(required=False, initial=uuid.uuid4)

    def __init__(self, *args, asks_future: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
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
        """Each kind with its purposes and their fields, as they stand on a sheet of paper."""
        return [
            (kind, [(purpose, self[_name(kind, purpose)]) for purpose in Purpose])
            for kind in self.kinds
        ]

    def clean(self) -> None:
        """Hold each sum against the budget, once each purpose has a number."""
        super().clean()
        for kind in self.answered:
            names = [_name(kind, purpose) for purpose in Purpose]
            if self.errors.keys().isdisjoint(names):
                used = sum(self.cleaned_data[name] for name in names)
                if error := budget_error(used):
                    self.add_error(names[0], forms.ValidationError(error, code="budget"))

    @property
    def answered(self) -> list[RoomKind]:
        """Whoever has no sheet on the future leaves it out, as people with a phone may."""
        names = [_name(RoomKind.FUTURE, purpose) for purpose in Purpose]
        has_future = any(self.data.get(name, "").strip() for name in names)
        return self.kinds if has_future else [RoomKind.NOW]

    def _split(self, kind: RoomKind) -> Split:
        return Split(*(self.cleaned_data[_name(kind, purpose)] for purpose in Purpose))

    def save(self, room: Room) -> bool:
        """Store the sheet as a seat of its own, whole or not at all; idempotent.

        False where the room takes no more: the form then has the error.
        """
        seat = f"sheet {self.cleaned_data['submission']}"
        round = None
        with transaction.atomic():
            for kind in self.answered:
                round = RoomAnswer.objects.store(
                    room.pk, seat=seat, kind=kind, split=self._split(kind), round=round
                )
                if round is None:
                    transaction.set_rollback(True)
                    break
        if round is None:
            room.refresh_from_db()
            is_open = room.effective_state == RoomState.OPEN
            words = ROOM_FULL % {"count": MAX_ANSWERS} if is_open else NOT_TAKEN
            self.add_error(None, forms.ValidationError(words, code="closed"))
            return False
        return True


def _name(kind: RoomKind, purpose: Purpose) -> str:
    return f"{kind.value}_{purpose.value}"
