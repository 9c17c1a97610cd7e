import uuid
from datetime import datetime
from functools import reduce
from operator import add

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact, LessThanOrEqual
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.split import BUDGET, NOT_A_WHOLE_NUMBER, Purpose, Split, budget_error

NOTE_MAX_LENGTH = 2_000


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Ways to ask for assessments. Whatever is shown to a person begins with `for_user`."""

    def for_user(self, user) -> "AssessmentQuerySet":
        """Those of one person, and nobody else's: the one place where ownership is checked.

        Whoever is not signed in has none, and no question is put to PostgreSQL.
        """
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def for_split(self, split: Split) -> "AssessmentQuerySet":
        """Those that spent the points exactly like `split`."""
        return self.filter(**split.as_dict())

    def latest_first(self) -> "AssessmentQuerySet":
        """Newest first, by when the person says that it was. Ties have a fixed order too."""
        return self.order_by("-taken_at", "-id")

    def oldest_first(self) -> "AssessmentQuerySet":
        """The exact reverse of `latest_first`."""
        return self.order_by("taken_at", "id")

    def before(self, assessment: "Assessment") -> "AssessmentQuerySet":
        """Those that stand after `assessment` in `latest_first`: the earlier ones.

        PostgreSQL reads the first condition off the index, however long the history is.
        """
        return self.filter(taken_at__lte=assessment.taken_at).exclude(
            taken_at=assessment.taken_at, id__gte=assessment.id
        )

    def record(
        self, *, user, split: Split, submission: uuid.UUID, taken_at: datetime | None = None
    ) -> "Assessment":
        """Store that `user` spent the points like `split`, and return it.

        It was taken now, or at `taken_at` where it waited to be kept.

        A form that was sent before leads to the assessment that it made then, also when both
        arrive at once: the unique constraint decides, and the loser reads what the winner wrote.
        """
        assessment, _created = self.get_or_create(
            user=user,
            submission=submission,
            defaults={"taken_at": taken_at} if taken_at else {},
            **split.as_dict(),
        )
        return assessment


class Assessment(models.Model):
    """A split that one person recorded at one moment, with what they wrote about it.

    The points never change: whoever thinks differently later makes another assessment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="assessments",
        # The indexes below begin with it already.
        db_index=False,
    )
    business_driven = models.SmallIntegerField(Purpose.BUSINESS_DRIVEN.label)
    community_spirit = models.SmallIntegerField(Purpose.COMMUNITY_SPIRIT.label)
    learning_sponge = models.SmallIntegerField(Purpose.LEARNING_SPONGE.label)
    job_seeking = models.SmallIntegerField(Purpose.JOB_SEEKING.label)
    vanity_project = models.SmallIntegerField(Purpose.VANITY_PROJECT.label)
    taken_at = models.DateTimeField(
        _("taken"), default=timezone.now, help_text=_("When the person says that it was.")
    )
    recorded_at = models.DateTimeField(
        _("recorded"), default=timezone.now, editable=False, help_text=_("When it was stored.")
    )
    note = models.TextField(
        _("note"),
        blank=True,
        default="",
        max_length=NOTE_MAX_LENGTH,
        validators=[MaxLengthValidator(NOTE_MAX_LENGTH), ProhibitNullCharactersValidator()],
    )
    submission = models.UUIDField(_("submission"), default=uuid.uuid4, editable=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [
            *(
                models.CheckConstraint(
                    condition=Q((f"{purpose.value}__gte", 0), (f"{purpose.value}__lte", BUDGET)),
                    name=f"assessment_{purpose.value}_0_to_10",
                    violation_error_message=NOT_A_WHOLE_NUMBER,
                )
                for purpose in Purpose
            ),
            models.CheckConstraint(
                condition=Exact(reduce(add, map(F, Purpose.values)), BUDGET),
                name="assessment_spends_ten_points",
                violation_error_message=_("The points must add up to 10."),
            ),
            models.UniqueConstraint(
                fields=["user", "submission", *Purpose.values],
                name="assessment_once_per_submission_and_split",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("note"), NOTE_MAX_LENGTH),
                name="assessment_note_not_too_long",
            ),
        ]
        indexes = [
            models.Index("user", "taken_at", "id", name="assessment_user_taken_at"),
        ]

    def __str__(self) -> str:
        return f"{self.split} ({self.taken_at:%Y-%m-%d})"

    def get_absolute_url(self) -> str:
        return reverse("assessment", args=[self.id])

    def validate_constraints(self, exclude=None) -> None:
        """As Django does it, but say of a wrong sum by how much it is off, and what to do."""
        points = [getattr(self, name) for name in Purpose.values]
        if all(0 <= value <= BUDGET for value in points) and (error := budget_error(sum(points))):
            raise ValidationError(error, code="budget")
        super().validate_constraints(exclude)

    @property
    def split(self) -> Split:
        """How the ten points were spent."""
        return Split(*(getattr(self, name) for name in Purpose.values))
