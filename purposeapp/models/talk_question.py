from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from purposeapp.discussion.questions import Topic
from purposeapp.split import Purpose

from .versioned import DraftableQuerySet, DraftState, Versioned

QUESTION_MAX_LENGTH = 240

QUESTION_FIELDS = ["text", "topic", "purpose", "position", "state"]
"""All fields that can change, in the order in which they're shown."""


class TalkQuestion(Versioned, models.Model):
    """The wording of a question in talks. Staff write it; `history` is its audit trail."""

    CHANGING_FIELDS = QUESTION_FIELDS
    State = DraftState

    key = models.SlugField(
        _("key"), max_length=80, unique=True, help_text=_("A short name that never changes.")
    )
    topic = models.CharField(_("topic"), max_length=20, choices=Topic.choices)
    purpose = models.CharField(
        _("purpose"),
        blank=True,
        default="",
        max_length=20,
        choices=Purpose.choices,
        help_text=_(
            "Leave it empty for all five. A question for one purpose goes before the others."
        ),
    )
    text = models.TextField(
        _("text"),
        max_length=QUESTION_MAX_LENGTH,
        validators=[MaxLengthValidator(QUESTION_MAX_LENGTH)],
        help_text=_(
            "What the guest is asked. {name} is the inviter, {purpose} the purpose it is about."
        ),
    )
    position = models.PositiveSmallIntegerField(
        _("position"),
        default=10_000,
        help_text=_("If two fit equally well, we use the one with the smaller number."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)

    history = HistoricalRecords()
    objects = DraftableQuerySet.as_manager()

    class Meta:
        verbose_name = _("talk question")
        verbose_name_plural = _("talk questions")
        ordering = ["position", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(topic__in=Topic.values), name="talkquestion_topic_is_known"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["", *Purpose.values]),
                name="talkquestion_purpose_is_known",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="talkquestion_has_text"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), QUESTION_MAX_LENGTH),
                name="talkquestion_text_is_not_too_long",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DraftState.values), name="talkquestion_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.beginning
