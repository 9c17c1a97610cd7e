import uuid
from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purposeapp.split import Split

from .compiled_query import CompiledQuery
from .split_fields import SplitFields


class TalkSide(models.TextChoices):
    """The two sides of a talk."""

    INVITER = "inviter", _("inviter")
    GUEST = "guest", _("guest")

    @property
    def other(self) -> "TalkSide":
        return TalkSide.GUEST if self is TalkSide.INVITER else TalkSide.INVITER


class TalkKind(models.TextChoices):
    """What the ten points of an answer are about."""

    NOW = "now", _("now")
    FUTURE = "future", _("future")
    GUESS = "guess", _("guess")


NEEDED = (TalkKind.NOW, TalkKind.FUTURE)
"""The answers that a side must give; the guess is optional."""


class TalkAnswer(SplitFields):
    """An answer of one side of a talk: ten points."""

    talk = models.ForeignKey(
        "Talk", on_delete=models.CASCADE, related_name="answers", db_index=False
    )
    side = models.CharField(max_length=10, choices=TalkSide.choices)
    kind = models.CharField(max_length=10, choices=TalkKind.choices)

    class Meta:
        verbose_name = _("answer in a talk")
        verbose_name_plural = _("answers in talks")
        constraints = [
            *SplitFields.Meta.constraints,
            models.UniqueConstraint(
                fields=["talk", "side", "kind"], name="talkanswer_once_for_a_side_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(side__in=TalkSide.values), name="talkanswer_side_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TalkKind.values), name="talkanswer_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.kind} {self.split}"


def by_side(answers: Iterable[TalkAnswer]) -> dict[str, dict[str, Split]]:
    """Return the splits of each side, by kind."""
    found: dict[str, dict[str, Split]] = {side: {} for side in TalkSide}
    for answer in answers:
        found[answer.side][answer.kind] = answer.split
    return found


@CompiledQuery
def answers_of(talk_id: uuid.UUID) -> models.QuerySet[TalkAnswer]:
    return TalkAnswer.objects.filter(talk_id=talk_id)
