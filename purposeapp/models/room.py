import uuid
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple, Self

from django.conf import settings
from django.core.validators import ProhibitNullCharactersValidator
from django.db import IntegrityError, models, transaction
from django.db.models import Count, Q
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.rooms.code import make_code
from purposeapp.rooms.picture import MIN_ANSWERS, Picture

from .capability_key import hash_of
from .compiled_query import CompiledQuery
from .integrity import violates
from .keyset import keyset_after
from .names import (
    ADDRESS_IN_NAME,
    INVISIBLE_IN_NAME,
    NAME_WITH_ADDRESS,
    NAME_WITH_INVISIBLE,
    NO_ADDRESS,
    NOTHING_INVISIBLE,
)
from .owned_queryset import OwnedQuerySet
from .room_answer import MAX_ANSWERS, ROOM_TERM, RoomAnswer, RoomKind
from .room_picture import RoomPicture
from .user import User

TITLE_MAX_LENGTH = 80

MAX_OPEN_ROOMS = 5
MAX_ROOMS_A_DAY = 20
CODE_TERM = timedelta(hours=36)
"""How long after its opening a room is found by its code: until the last seat in it expires."""

LATEST_FIRST = ("-made_at", "-id")

_CODE = r"^[A-Z0-9]{6}$"


class RoomState(models.TextChoices):
    """The states of a room."""

    DRAFT = "draft", _("Not open yet")
    OPEN = "open", _("Open")
    REVEALED = "revealed", _("Revealed")
    ENDED = "ended", _("Ended")


LIVE = (RoomState.OPEN, RoomState.REVEALED)
"""The states in which people can enter by the code."""


class TooManyOpenRoomsError(Exception):
    """The person has the most open rooms that one may have."""


class TooManyRoomsTodayError(Exception):
    """The person has made the most rooms that one may make in a day."""


class TooFewAnswersError(Exception):
    """The room has fewer answers than a picture needs."""


class NewRoundError(Exception):
    """Another round has begun in the meantime."""


class LiveRoom(NamedTuple):
    """Read model of a room for people with its code. Equal ones look the same, so it's a version.

    Before the reveal, it has only the number of answers.
    """

    id: uuid.UUID
    code: str
    title: str
    asks_future: bool
    state: RoomState
    round: int
    answers: int
    """The number of people who have answered for now."""
    futures: int
    """The number of people who have also answered for the future."""
    now: Picture | None = None
    future: Picture | None = None

    @property
    def is_full(self) -> bool:
        return self.answers >= MAX_ANSWERS


class RoomQuerySet(OwnedQuerySet["Room"]):
    """Queries for rooms."""

    owner = "host"

    def latest_first(self) -> Self:
        """Order by the time they were made, the newest first."""
        return self.order_by(*LATEST_FIRST)

    def after(self, room: "Room") -> Self:
        """Return those that come after `room` in `latest_first` (keyset pagination)."""
        return self.filter(keyset_after(LATEST_FIRST, (room.made_at, room.pk)))

    def oldest_first(self) -> Self:
        """Order in the exact reverse of `latest_first`."""
        return self.order_by("made_at", "id")

    def with_pictures(self) -> Self:
        """Prefetch the released pictures, in two queries altogether."""
        released = RoomPicture.objects.order_by("round", "-kind")
        return self.prefetch_related(models.Prefetch("released", released))

    def live(self) -> Self:
        """Return the rooms that are open or revealed, and whose term has not ended."""
        return self.filter(state__in=LIVE, opened_at__gt=timezone.now() - ROOM_TERM)

    def overdue(self, *, term: timedelta = ROOM_TERM) -> Self:
        """Return the rooms whose term is over, but which have not been ended."""
        return self.filter(state__in=LIVE, opened_at__lte=timezone.now() - term)

    def end_overdue(self) -> int:
        """End overdue rooms, which deletes their answers, and return their number."""
        overdue = list(self.overdue().oldest_first())
        for room in overdue:
            room.end()
        return len(overdue)

    def with_code(self, code: str) -> LiveRoom | None:
        """Return the room that was last opened with a code within CODE_TERM, or None."""
        room = _with_code.first(code, timezone.now() - CODE_TERM)
        return room.as_live() if room else None

    @transaction.atomic
    def make(
        self, *, host: User, title: str, asks_future: bool, submission: uuid.UUID | None = None
    ) -> "Room | None":
        """Make a room that isn't open yet. Returns None if the account has been deleted.

        `submission` is the idempotency key: a form that is sent twice returns the room that it made
        the first time. Raises TooManyRoomsTodayError.
        """
        # A row lock, so that a second request at the same time counts the first room.
        if not User.objects.lock(host.pk):
            return None
        id = uuid.uuid5(submission or uuid.uuid4(), f"{host.pk} {asks_future} {title}")
        if made := self.filter(pk=id).first():
            return made
        day_ago = timezone.now() - timedelta(days=1)
        if self.filter(host=host, made_at__gt=day_ago).count() >= MAX_ROOMS_A_DAY:
            raise TooManyRoomsTodayError
        return self.create(pk=id, host=host, title=title, asks_future=asks_future)


class Room(models.Model):
    """A group in which each person spends ten points, and which sees a picture of all answers.

    Actions of the host take a row lock on the room. Storing an answer takes a shared lock on it, so
    that no answer can be added after a reveal.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("host"),
        on_delete=models.CASCADE,
        related_name="rooms",
    )
    title = models.CharField(
        _("title"),
        max_length=TITLE_MAX_LENGTH,
        validators=[ProhibitNullCharactersValidator(), NO_ADDRESS, NOTHING_INVISIBLE],
    )
    code = models.CharField(max_length=6, null=True, editable=False, db_index=True)  # noqa: DJ001 (none before it is open)
    asks_future = models.BooleanField(_("ask for the future too"), default=True)
    state = models.CharField(
        max_length=10, choices=RoomState.choices, default=RoomState.DRAFT, editable=False
    )
    round = models.PositiveSmallIntegerField(default=1, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                # Not IN, which PostgreSQL writes in a different form after a restore.
                condition=Q(state="open") | Q(state="revealed"),
                name="room_code_is_unique_while_it_is_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=RoomState.values),
                name="room_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", code=None, opened_at=None)
                | (~Q(state="draft") & Q(code__regex=_CODE, opened_at__isnull=False)),
                name="room_has_a_code_once_it_is_open",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="room_has_a_title"),
            models.CheckConstraint(
                condition=~Q(title__regex=ADDRESS_IN_NAME),
                name="room_title_holds_no_address",
                violation_error_message=NAME_WITH_ADDRESS,
            ),
            models.CheckConstraint(
                condition=~Q(title__regex=INVISIBLE_IN_NAME),
                name="room_title_holds_nothing_invisible",
                violation_error_message=NAME_WITH_INVISIBLE,
            ),
            models.CheckConstraint(condition=Q(round__gte=1), name="room_rounds_begin_with_one"),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.made_at:%Y-%m-%d})"

    # --- State ---

    @property
    def effective_state(self) -> RoomState:
        """The state; ENDED once the term is over, even if the room has not been ended yet."""
        if self.state in LIVE and self.ends_at <= timezone.now():
            return RoomState.ENDED
        return RoomState(self.state)

    @property
    def ends_at(self) -> datetime:
        """The end of the term, for a room that was opened."""
        assert self.opened_at  # noqa: S101
        return self.opened_at + ROOM_TERM

    @cached_property
    def counts(self) -> dict[str, int]:
        """The number of answers in this round, by kind."""
        found = RoomAnswer.objects.filter(room_id=self.pk, round=self.round)
        by_kind = found.values_list("kind").annotate(count=Count("id")).order_by()
        return {str(kind): 0 for kind in RoomKind} | dict(by_kind)

    @cached_property
    def pictures(self) -> dict[tuple[int, str], Picture]:
        """The released pictures by round and kind, the first round first."""
        # Not a compiled query, which doesn't decode JSON fields.
        released = RoomPicture.objects.filter(room_id=self.pk).order_by("round", "-kind")
        return {(each.round, each.kind): each.picture for each in released}

    def as_live(self) -> LiveRoom:
        """Return the read model for people with the code."""
        is_live = self.effective_state in LIVE
        pictures = self.pictures if self.state != RoomState.OPEN else {}
        return LiveRoom(
            self.pk,
            self.code or "",
            self.title,
            self.asks_future,
            self.effective_state,
            self.round,
            self.counts[RoomKind.NOW] if is_live else 0,
            self.counts[RoomKind.FUTURE] if is_live else 0,
            pictures.get((self.round, RoomKind.NOW)),
            pictures.get((self.round, RoomKind.FUTURE)),
        )

    # --- Actions of the host, under a row lock ---

    def _locked(self, *states: RoomState) -> "Room | None":
        """Reload the room with a row lock until the transaction ends; None in another state."""
        rows = Room.objects.select_for_update(no_key=True).filter(pk=self.pk, state__in=states)
        return rows.first()

    def open(self) -> bool:
        """Open the room with a new code. Returns False if it isn't a draft.

        Raises TooManyOpenRoomsError.
        """
        while True:
            try:
                return self._open(make_code())
            except IntegrityError as error:
                if not violates(error, "room_code_is_unique_while_it_is_open"):
                    raise  # otherwise another room has this code: try again

    @transaction.atomic
    def _open(self, code: str) -> bool:
        # Lock the account before the room, in the same order as its deletion, to avoid a deadlock.
        if not User.objects.lock(self.host_id):
            return False
        room = self._locked(RoomState.DRAFT)
        if not room:
            return False
        if Room.objects.filter(host_id=self.host_id).live().count() >= MAX_OPEN_ROOMS:
            raise TooManyOpenRoomsError
        room.state, room.code, room.opened_at = RoomState.OPEN, code, timezone.now()
        room.save(update_fields=["state", "code", "opened_at"])
        return True

    @transaction.atomic
    def reveal(self, round: int | None = None) -> bool:
        """Close the round and release its picture, only once. Returns False if it isn't open.

        The picture of the future is released if it has enough answers too. Raises
        TooFewAnswersError, and NewRoundError if another round than `round` is open.
        """
        room = self._locked(RoomState.OPEN)
        if not room or room.effective_state != RoomState.OPEN:
            return False
        if round is not None and room.round != round:
            raise NewRoundError
        if room.counts[RoomKind.NOW] < MIN_ANSWERS:
            raise TooFewAnswersError
        answers = list(RoomAnswer.objects.filter(room=room, round=room.round))
        for kind in RoomKind:
            splits = [answer.split for answer in answers if answer.kind == kind]
            if len(splits) >= MIN_ANSWERS:
                RoomPicture.objects.release(room, kind, splits)
        room.state = RoomState.REVEALED
        room.save(update_fields=["state"])
        return True

    @transaction.atomic
    def begin_round(self) -> bool:
        """Begin another round and delete the answers. Returns False if it isn't revealed."""
        room = self._locked(RoomState.REVEALED)
        if not room or room.effective_state != RoomState.REVEALED:
            return False
        RoomAnswer.objects.filter(room=room).delete()
        room.state, room.round = RoomState.OPEN, room.round + 1
        room.save(update_fields=["state", "round"])
        return True

    @transaction.atomic
    def end(self) -> bool:
        """End the room and delete its answers. Returns False if it isn't open or revealed."""
        room = self._locked(*LIVE)
        if not room:
            return False
        RoomAnswer.objects.filter(room=room).delete()
        room.state = RoomState.ENDED
        room.save(update_fields=["state"])
        return True

    @transaction.atomic
    def forget(self, seat: str) -> bool:
        """Delete the answers of a seat. Returns False if the room isn't open, so it's too late."""
        room = self._locked(RoomState.OPEN)
        if not room or room.effective_state != RoomState.OPEN:
            return False
        RoomAnswer.objects.filter(room=room, round=room.round, seat=hash_of(seat)).delete()
        return True

    @transaction.atomic
    def remove(self) -> bool:
        """Delete a room with everything in it. Returns False if it's live."""
        room = self._locked(*RoomState)
        return bool(room and room.effective_state not in LIVE and room.delete())


@receiver(pre_delete, sender=User)
def end_rooms(sender, instance: User, **kwargs) -> None:
    """End the rooms of an account before it's deleted, so that no answer is added meanwhile."""
    for room in Room.objects.filter(host=instance, state__in=LIVE).oldest_first():
        room.end()


@CompiledQuery
def _with_code(code: str, since: datetime) -> models.QuerySet[Room]:
    return Room.objects.filter(code=code, opened_at__gt=since).order_by("-opened_at")
