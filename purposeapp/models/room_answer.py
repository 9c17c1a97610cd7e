import uuid
from datetime import timedelta

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.split import Purpose, Split

from .capability_key import HASH, hash_of
from .split_fields import SplitFields

MAX_ANSWERS = 500
"""The most answers of a kind in a round. A few more may be stored if they arrive together."""

DELETED_WITHIN = timedelta(hours=24)
"""The time after a room's opening within which its answers are deleted, as people are promised."""
ROOM_TERM = DELETED_WITHIN - timedelta(hours=2)
"""How long a room lasts. `manage.py end_rooms` runs every hour, and deletes its answers.

The second hour is for a run that is late, or missed.
"""


class RoomKind(models.TextChoices):
    """What the ten points of an answer are about."""

    NOW = "now", _("now")
    FUTURE = "future", _("future")


class RoomAnswerQuerySet(models.QuerySet["RoomAnswer"]):
    """Storing answers."""

    def store(
        self, room_id: uuid.UUID, *, seat: str, kind: str, split: Split, round: int | None = None
    ) -> int | None:
        """Store an answer of a seat, replacing an earlier one of the same kind; return the round.

        Returns None if it's too late: the room isn't open any more, it's in another round than
        `round`, or it's full. The future also needs the seat's answer for now, since a picture with
        as many answers of both kinds is taken to be of the same people.

        It is one statement with a shared row lock on the room. So a reveal waits for answers that
        are being stored, and later answers find the room closed.
        """
        parameters = {
            "id": uuid.uuid4(),
            "room": room_id,
            "round": round,
            "seat": hash_of(seat),
            "kind": kind,
            "opened_after": timezone.now() - ROOM_TERM,
            "max_answers": MAX_ANSWERS,
            **split.as_dict(),
        }
        with connection.cursor() as cursor:
            cursor.execute(_ANSWER, parameters)
            stored = cursor.fetchone()
        return stored[0] if stored else None


# The answer for now is locked too: a statement that waited for the room's lock would otherwise see
# an answer that has been deleted in the meantime.
_ANSWER = f"""
INSERT INTO purposeapp_roomanswer
  (id, room_id, round, seat, kind, {", ".join(Purpose.values)})
SELECT %(id)s, room.id, room.round, %(seat)s, %(kind)s,
  {", ".join(f"%({name})s" for name in Purpose.values)}
FROM (
  SELECT id, round FROM purposeapp_room
  WHERE id = %(room)s AND state = 'open' AND opened_at > %(opened_after)s
    AND (%(round)s::int IS NULL OR round = %(round)s)
  FOR SHARE
) AS room
WHERE (%(kind)s = 'now' OR EXISTS (
  SELECT FROM purposeapp_roomanswer AS now
  WHERE now.room_id = room.id AND now.round = room.round AND now.seat = %(seat)s
    AND now.kind = 'now'
  FOR KEY SHARE
)) AND (EXISTS (
  SELECT FROM purposeapp_roomanswer AS own
  WHERE own.room_id = room.id AND own.round = room.round AND own.seat = %(seat)s
    AND own.kind = %(kind)s
) OR (
  SELECT count(*) FROM purposeapp_roomanswer AS other
  WHERE other.room_id = room.id AND other.round = room.round AND other.kind = %(kind)s
) < %(max_answers)s)
ON CONFLICT (room_id, round, seat, kind) DO UPDATE
SET {", ".join(f"{name} = EXCLUDED.{name}" for name in Purpose.values)}
RETURNING round
"""  # noqa: S608 (made of our own names)


class RoomAnswer(SplitFields):
    """An answer of a seat: ten points. It doesn't reveal its person, time, origin or sequence."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey(
        "Room", on_delete=models.CASCADE, related_name="answers", db_index=False
    )
    round = models.PositiveSmallIntegerField()
    seat = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=RoomKind.choices)

    objects = RoomAnswerQuerySet.as_manager()

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
                condition=Q(seat__regex=HASH), name="roomanswer_seat_is_stored_as_a_hash"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=RoomKind.values), name="roomanswer_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.split}"
