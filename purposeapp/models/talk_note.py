import uuid

from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from .compiled_query import CompiledQuery
from .talk_answer import TalkSide

NOTE_MAX_LENGTH = 2_000


class TalkNote(models.Model):
    """A note by one side of a talk. The other side can read it once the talk is open."""

    talk = models.ForeignKey("Talk", on_delete=models.CASCADE, related_name="notes", db_index=False)
    side = models.CharField(max_length=10, choices=TalkSide.choices)
    text = models.TextField(
        _("note"),
        max_length=NOTE_MAX_LENGTH,
        validators=[MaxLengthValidator(NOTE_MAX_LENGTH), ProhibitNullCharactersValidator()],
    )

    class Meta:
        verbose_name = _("note in a talk")
        verbose_name_plural = _("notes in talks")
        constraints = [
            models.UniqueConstraint(fields=["talk", "side"], name="talknote_once_for_a_side"),
            models.CheckConstraint(
                condition=Q(side__in=TalkSide.values), name="talknote_side_is_known"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="talknote_has_text"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), NOTE_MAX_LENGTH),
                name="talknote_not_too_long",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side}: {len(self.text)}"


@CompiledQuery
def notes_of(talk_id: uuid.UUID) -> models.QuerySet[TalkNote]:
    return TalkNote.objects.filter(talk_id=talk_id)
