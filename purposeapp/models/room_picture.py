import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purposeapp.rooms.picture import MIN_ANSWERS, MIN_FOR_MIDDLE_HALF, Picture
from purposeapp.split import Split

from .room_answer import RoomKind

if TYPE_CHECKING:
    from .room import Room


class RoomPictureQuerySet(models.QuerySet["RoomPicture"]):
    """Queries for pictures."""

    def release(self, room: "Room", kind: RoomKind, splits: Sequence[Split]) -> "RoomPicture":
        """Release the picture of these answers. Raises ValueError if there are too few.

        The unique constraint makes sure that a room releases it only once in a round.
        """
        picture = Picture.of(splits)
        return self.create(
            room=room,
            round=room.round,
            kind=kind,
            answers=picture.answers,
            rows=picture.to_json(),
        )


class RoomPicture(models.Model):
    """The released picture of a room's answers of one kind in one round."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey(
        "Room", on_delete=models.CASCADE, related_name="released", db_index=False
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
                condition=Q(kind__in=RoomKind.values), name="roompicture_kind_is_known"
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
