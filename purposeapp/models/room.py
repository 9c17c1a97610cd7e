import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import ProhibitNullCharactersValidator
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Count, Q
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.rooms.code import make_code
from purposeapp.rooms.picture import MIN_ANSWERS, MIN_FOR_MIDDLE_HALF, Picture
from purposeapp.split import Purpose, Split

from .compiled_query import CompiledQuery
from .split_fields import SplitFields
from .user import User

TITLE_MAX_LENGTH = 80

MAX_LISTED = 50
MAX_OPEN_ROOMS = 5
MAX_ROOMS_A_DAY = 20
MAX_ANSWERS = 500
"""How many people a room takes. Of those who answer at the very same moment a few more may fit."""

DELETED_WITHIN = timedelta(hours=24)
"""How long after a room was opened its answers are gone at the latest, as people are told."""
ROOM_TERM = DELETED_WITHIN - timedelta(hours=1)
"""How long a room lasts. `manage.py end_rooms` deletes its answers in the hour that follows."""

_CODE = r"^[A-Z0-9]{6}$"
_HASH = r"^[0-9a-f]{64}$"


class RoomState(models.TextChoices):
    """Where a room stands."""

    DRAFT = "draft", _("Not open yet")
    OPEN = "open", _("Open")
    REVEALED = "revealed", _("Revealed")
    ENDED = "ended", _("Ended")


LIVE = (RoomState.OPEN, RoomState.REVEALED)
"""Where people can come in by the code."""


class RoomKind(models.TextChoices):
    """What ten points in a room are about."""

    NOW = "now", _("now")
    FUTURE = "future", _("future")


class TooManyOpenRoomsError(Exception):
    """Somebody has as many open rooms as one person may have."""


class TooManyRoomsTodayError(Exception):
    """Somebody has made as many rooms as one person may make in a day."""


class LiveRoom(NamedTuple):
    """A room as whoever has its code may know it. Equal ones look the same: it is its own version.

    Before the reveal there is nothing in it of the answers but how many there are.
    """

    id: uuid.UUID
    code: str
    title: str
    asks_future: bool
    state: RoomState
    round: int
    answers: int
    """How many have answered on now."""
    futures: int
    """How many have answered on the future too."""
    now: Picture | None = None
    future: Picture | None = None

    @property
    def is_full(self) -> bool:
        return self.answers >= MAX_ANSWERS


def hash_of_seat(seat: str) -> str:
    """What is stored of a seat. It is random, so a plain SHA-256 can't be guessed back."""
    return sha256(seat.encode()).hexdigest()


class RoomQuerySet(models.QuerySet["Room"]):
    """Ways to ask for rooms."""

    def for_user(self, user: models.Model | AnonymousUser) -> Self:
        """Those of one host."""
        return self.none() if isinstance(user, AnonymousUser) else self.filter(host_id=user.pk)

    def latest_first(self) -> Self:
        """Newest first."""
        return self.order_by("-made_at", "-id")

    def oldest_first(self) -> Self:
        """The exact reverse of `latest_first`."""
        return self.order_by("made_at", "id")

    def with_pictures(self) -> Self:
        """With what was released of each, in two queries altogether."""
        released = RoomPicture.objects.order_by("round", "-kind")
        return self.prefetch_related(models.Prefetch("released", released))

    def live(self) -> Self:
        """Those that are open or revealed, and whose term has not ended."""
        return self.filter(state__in=LIVE, opened_at__gt=timezone.now() - ROOM_TERM)

    def overdue(self) -> Self:
        """Those whose term has ended, and which nobody has ended."""
        return self.filter(state__in=LIVE, opened_at__lte=timezone.now() - ROOM_TERM)

    def end_overdue(self) -> int:
        """End those, which deletes their answers, and return how many that were."""
        overdue = list(self.overdue().oldest_first())
        for room in overdue:
            room.end()
        return len(overdue)

    def listed(self, user: User) -> "list[Room]":
        """The latest ones of a host; one more than MAX_LISTED, if there is one."""
        return list(self.for_user(user).latest_first()[: MAX_LISTED + 1])

    def with_code(self, code: str) -> LiveRoom | None:
        """The room that a code opens, or that it opened last."""
        room = _with_code.first(code)
        return room.as_live() if room else None

    @transaction.atomic
    def make(self, *, host: User, title: str, asks_future: bool) -> "Room | None":
        """Make a room, not open yet. None where the account is gone.

        Raises TooManyRoomsTodayError.
        """
        # One at a time: a second one then counts what the first has made.
        if not User.objects.lock(host):
            return None
        day_ago = timezone.now() - timedelta(days=1)
        if self.filter(host=host, made_at__gt=day_ago).count() >= MAX_ROOMS_A_DAY:
            raise TooManyRoomsTodayError
        return self.create(host=host, title=title, asks_future=asks_future)


class Room(models.Model):
    """A group that spends ten points, each person for themselves, and sees its picture once.

    What a host does takes a row lock on the room; an answer shares it, so none comes in after.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("host"),
        on_delete=models.CASCADE,
        related_name="rooms",
    )
    title = models.CharField(
        _("title"), max_length=TITLE_MAX_LENGTH, validators=[ProhibitNullCharactersValidator()]
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
                # Not IN: PostgreSQL writes that another way once it is restored.
                condition=Q(state="open") | Q(state="revealed"),
                name="room_code_is_unique_while_it_is_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open", "revealed", "ended"]),
                name="room_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", code=None, opened_at=None)
                | (~Q(state="draft") & Q(code__regex=_CODE, opened_at__isnull=False)),
                name="room_has_a_code_once_it_is_open",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="room_has_a_title"),
            models.CheckConstraint(condition=Q(round__gte=1), name="room_rounds_begin_with_one"),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.made_at:%Y-%m-%d})"

    # --- Where it stands ---

    @property
    def standing(self) -> RoomState:
        """Its state; ended once its term is over, also before anything has ended it."""
        if self.state in LIVE and self.ends_at <= timezone.now():
            return RoomState.ENDED
        return RoomState(self.state)

    @property
    def ends_at(self) -> datetime:
        """When its term ends. Only of a room that was opened."""
        assert self.opened_at  # noqa: S101
        return self.opened_at + ROOM_TERM

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many answers there are in this round, by kind."""
        found = RoomAnswer.objects.filter(room_id=self.pk, round=self.round)
        by_kind = found.values_list("kind").annotate(count=Count("id")).order_by()
        return {str(kind): 0 for kind in RoomKind} | dict(by_kind)

    @cached_property
    def pictures(self) -> dict[tuple[int, str], Picture]:
        """What was released, by round and kind, the first round first."""
        # Not compiled: JSON is read by its field.
        released = RoomPicture.objects.filter(room_id=self.pk).order_by("round", "-kind")
        return {(each.round, each.kind): each.picture for each in released}

    def as_live(self) -> LiveRoom:
        """What whoever has the code may know of it."""
        is_live = self.standing in LIVE
        pictures = self.pictures if self.state != RoomState.OPEN else {}
        return LiveRoom(
            self.pk,
            self.code or "",
            self.title,
            self.asks_future,
            self.standing,
            self.round,
            self.counts[RoomKind.NOW] if is_live else 0,
            self.counts[RoomKind.FUTURE] if is_live else 0,
            pictures.get((self.round, RoomKind.NOW)),
            pictures.get((self.round, RoomKind.FUTURE)),
        )

    # --- What people do in it ---

    @classmethod
    def answer(
        cls, id: uuid.UUID, *, seat: str, kind: str, split: Split, round: int | None = None
    ) -> int | None:
        """Store what a seat answers, in place of what it answered before; returns the round.

        None where it is too late: the room is not open any more, it is in another round than
        `round`, or it is full. One statement: it shares a row lock with other answers, so a reveal
        waits for those that are under way, and those that come later find the room closed.
        """
        key = hash_of_seat(seat)
        parameters = [uuid.uuid4(), key, kind, *split, id, timezone.now() - ROOM_TERM]
        with connection.cursor() as cursor:
            cursor.execute(_ANSWER, [*parameters, round, round, key, kind, kind, MAX_ANSWERS])
            stored = cursor.fetchone()
        return stored[0] if stored else None

    # --- What the host does, one after the other ---

    def _locked(self, *states: RoomState) -> "Room | None":
        """The row as it is by now, locked until the transaction ends; None in another state."""
        rows = Room.objects.select_for_update(no_key=True).filter(pk=self.pk, state__in=states)
        return rows.first()

    def open(self) -> bool:
        """Let people in by a code. False where it isn't a draft. Raises TooManyOpenRoomsError."""
        while True:
            try:
                return self._open(make_code())
            except IntegrityError as error:
                if "room_code_is_unique" not in str(error):
                    raise  # else another room has this code: try another one

    @transaction.atomic
    def _open(self, code: str) -> bool:
        # The account first, as its deletion does: neither waits for the other.
        if not User.objects.lock(User(pk=self.host_id)):
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
    def reveal(self) -> bool:
        """Close the round and release its picture, once. False where it has too few answers.

        The future is released where as many have answered it.
        """
        room = self._locked(RoomState.OPEN)
        if not room or room.standing != RoomState.OPEN:
            return False
        if room.counts[RoomKind.NOW] < MIN_ANSWERS:
            return False
        answers = list(RoomAnswer.objects.filter(room=room, round=room.round))
        for kind in RoomKind:
            splits = [answer.split for answer in answers if answer.kind == kind]
            if len(splits) >= MIN_ANSWERS:
                RoomPicture.objects.release(room, kind, splits)
        room.state = RoomState.REVEALED
        room.save(update_fields=["state"])
        return True

    @transaction.atomic
    def again(self) -> bool:
        """Begin another round, which drops the answers. False where nothing was revealed."""
        room = self._locked(RoomState.REVEALED)
        if not room or room.standing != RoomState.REVEALED:
            return False
        RoomAnswer.objects.filter(room=room).delete()
        room.state, room.round = RoomState.OPEN, room.round + 1
        room.save(update_fields=["state", "round"])
        return True

    @transaction.atomic
    def end(self) -> bool:
        """Delete the answers, and let nobody in any more. False where it isn't open."""
        room = self._locked(*LIVE)
        if not room:
            return False
        RoomAnswer.objects.filter(room=room).delete()
        room.state = RoomState.ENDED
        room.save(update_fields=["state"])
        return True

    @transaction.atomic
    def remove(self) -> bool:
        """Delete a room that isn't open, with its pictures. False where it is open."""
        room = self._locked(RoomState.DRAFT, RoomState.ENDED)
        return bool(room and room.delete())


_ANSWER = f"""
INSERT INTO purposeapp_roomanswer
  (id, room_id, round, seat, kind, {", ".join(Purpose.values)})
SELECT %s, room.id, room.round, %s, %s, %s, %s, %s, %s, %s
FROM (
  SELECT id, round FROM purposeapp_room
  WHERE id = %s AND state = 'open' AND opened_at > %s AND (%s::int IS NULL OR round = %s)
  FOR SHARE
) AS room
WHERE EXISTS (
  SELECT FROM purposeapp_roomanswer AS own
  WHERE own.room_id = room.id AND own.round = room.round AND own.seat = %s AND own.kind = %s
) OR (
  SELECT count(*) FROM purposeapp_roomanswer AS other
  WHERE other.room_id = room.id AND other.round = room.round AND other.kind = %s
) < %s
ON CONFLICT (room_id, round, seat, kind) DO UPDATE
SET {", ".join(f"{name} = EXCLUDED.{name}" for name in Purpose.values)}
RETURNING round
"""  # noqa: S608 (made of our own names)


@receiver(pre_delete, sender=User)
def end_rooms(sender, instance: User, **kwargs) -> None:
    """End all rooms of an account that is deleted: no answer may come in while its rooms go."""
    for room in Room.objects.filter(host=instance).oldest_first():
        room.end()


class RoomAnswer(SplitFields):
    """Ten points of one seat. Nothing in it says whose, when, from where, or after which other."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="answers", db_index=False)
    round = models.PositiveSmallIntegerField()
    seat = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=RoomKind.choices)

    class Meta:
        verbose_name = _("answer in a room")
        verbose_name_plural = _("answers in rooms")
        constraints = [
            *SplitFields.Meta.constraints,
            models.UniqueConstraint(
                fields=["room", "round", "seat", "kind"],
                name="roomanswer_once_for_a_seat_and_kind",
            ),
            models.CheckConstraint(
                condition=Q(seat__regex=_HASH), name="roomanswer_seat_is_stored_as_a_hash"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["now", "future"]), name="roomanswer_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.split}"


class RoomPictureQuerySet(models.QuerySet["RoomPicture"]):
    """Ways to ask for pictures."""

    def release(self, room: Room, kind: RoomKind, splits: Sequence[Split]) -> "RoomPicture":
        """Release the picture of these answers, once. Raises ValueError where there are too few."""
        picture = Picture.of(splits)
        return self.create(
            room=room,
            round=room.round,
            kind=kind,
            answers=picture.answers,
            rows=picture.to_json(),
        )


class RoomPicture(models.Model):
    """What was released of a room's answers in one round."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="released", db_index=False
    )
    round = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=RoomKind.choices)
    answers = models.PositiveSmallIntegerField()
    rows = models.JSONField()

    objects = RoomPictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture of a room")
        verbose_name_plural = _("pictures of rooms")
        constraints = [
            models.UniqueConstraint(
                fields=["room", "round", "kind"], name="roompicture_once_for_a_round_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(answers__gte=MIN_ANSWERS), name="roompicture_needs_five_answers"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["now", "future"]), name="roompicture_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(answers__gte=MIN_FOR_MIDDLE_HALF)
                | ~Q(rows__business_driven__has_key="low"),
                name="roompicture_shows_the_middle_half_from_ten",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.round} ({self.answers})"

    @property
    def picture(self) -> Picture:
        return Picture.from_json(self.answers, self.rows)


@CompiledQuery
def _with_code(code: str) -> models.QuerySet[Room]:
    return Room.objects.filter(code=code).order_by("-opened_at")
