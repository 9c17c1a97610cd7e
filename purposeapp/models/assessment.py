import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import IntegrityError, connection, models
from django.db.models import F, Max, Q
from django.db.models.functions import Left, Length
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from purposeapp.advice.life_events import LifeEvent, event_label
from purposeapp.split import Purpose, Split
from purposeapp.timeline.snapshot import EXCERPT_LENGTH, Snapshot

from .compiled_query import CompiledQuery
from .in_utc import in_utc
from .integrity import savepoint_in_transaction, violates
from .keyset import keyset_after
from .owned_queryset import OwnedQuerySet
from .split_fields import SplitFields
from .user import User

MAX_ASSESSMENTS = 10_000
"""The most assessments of an account: one a day for 27 years. A PostgreSQL trigger refuses more."""

HISTORY_IS_FULL = _(
    "Your history is full: it can hold %(most)s results. Export it if you like, then delete some."
)

NOTE_MAX_LENGTH = 2_000
EVENT_WORDS_MAX_LENGTH = 80

MAX_NEWEST = 21
"""The number of assessments that are read at once for the newest page of a history."""

LATEST_FIRST = ("-taken_at", "-recorded_at", "-id")
OLDEST_FIRST = ("taken_at", "recorded_at", "id")

EARLIEST = datetime(2003, 5, 5, tzinfo=UTC)
"""The day on which LinkedIn launched: no assessment can be earlier."""

_LATEST_BY_SPLIT = f"""
SELECT {", ".join(Purpose.values)}, count(*)
FROM purposeapp_user AS person
CROSS JOIN LATERAL (
  SELECT {", ".join(Purpose.values)} FROM purposeapp_assessment
  WHERE user_id = person.id
  ORDER BY taken_at DESC, recorded_at DESC, id DESC LIMIT 1
) AS latest
WHERE NOT person.left_out
GROUP BY {", ".join(Purpose.values)}
"""  # noqa: S608 (names of columns)

# Splits are immutable, so each of the 1,001 needs only one instance.
cached_split = cache(Split)


class HistoryFullError(ValidationError):
    """The account has the most assessments that it may have. The message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            HISTORY_IS_FULL,
            code="full",
            params={"most": number_format(MAX_ASSESSMENTS, force_grouping=True)},
        )


class AssessmentQuerySet(OwnedQuerySet["Assessment"]):
    """Queries for assessments."""

    def latest_of(self, user: User | AnonymousUser) -> "Assessment | None":
        """Return a person's latest assessment by the time that they gave, or None."""
        return _latest.first(user.pk) if user.is_authenticated else None

    def newest_of(self, user: User) -> list["Assessment"]:
        """Return a person's first MAX_NEWEST assessments in `latest_first`."""
        return _newest(user.pk)

    def own(self, user: User, id: uuid.UUID) -> "Assessment | None":
        """Return the assessment with an id if it's this person's, or None."""
        return _own.first(user.pk, id)

    def latest_by_split(self) -> dict[Split, int]:
        """Return how many people have each split as their latest, without those who opted out.

        This is one aggregate statement. For each person, it reads only the end of their part of
        the index (a loose index scan), however long their history is.
        """
        with connection.cursor() as cursor:
            cursor.execute(_LATEST_BY_SPLIT)
            return {cached_split(*points): people for *points, people in cursor.fetchall()}

    def taken_by(self, timestamp: datetime) -> Self:
        """Return those taken at or before a timestamp."""
        return self.filter(taken_at__lte=timestamp)

    def on_paper(self) -> Self:
        """Return those that were done on paper and entered with their day."""
        return self.exclude(taken_on=None)

    def with_event(self) -> Self:
        """Return those before which something happened in the person's life."""
        return self.exclude(event="")

    def latest_first(self) -> Self:
        """Order by the time that the person gave and then the time of entry, the newest first."""
        return self.order_by(*LATEST_FIRST)

    def oldest_first(self) -> Self:
        """Order in the exact reverse of `latest_first`."""
        return self.order_by(*OLDEST_FIRST)

    def before(self, assessment: "Assessment") -> Self:
        """Return those earlier than `assessment`, which come after it in `latest_first`."""
        return self.filter(keyset_after(LATEST_FIRST, assessment.key))

    def after(self, assessment: "Assessment") -> Self:
        """Return those later than `assessment`, which come before it in `latest_first`."""
        return self.filter(keyset_after(OLDEST_FIRST, assessment.key))

    def in_pages(self, size: int) -> Iterator["Assessment"]:
        """Yield all of them, oldest first, with at most `size` in memory (keyset pagination).

        It uses no server-side cursor, which wouldn't survive a pooler in transaction mode.
        """
        page = list(self.oldest_first()[:size])
        while page:
            yield from page
            if len(page) < size:
                return
            page = list(self.after(page[-1]).oldest_first()[:size])

    def latest_snapshots(self, limit: int) -> list[Snapshot]:
        """Return up to `limit` latest ones as snapshots for the chart over time, oldest first."""
        # Tuples and cached splits, since model instances would take most of the time for thousands.
        beginning = Left("note", EXCERPT_LENGTH + 1)
        rows = self.latest_first().values_list(
            "id", "taken_at", "event", "event_words", beginning, "taken_on", *Purpose.values,
        )[:limit]  # fmt: skip
        return [
            Snapshot(id, taken_at, cached_split(*points), event_label(event, words), note, on)
            for id, taken_at, event, words, note, on, *points in reversed(rows)
        ]

    def record(
        self,
        *,
        user: User,
        split: Split,
        submission: uuid.UUID,
        taken_at: datetime | None = None,
        taken_on: date | None = None,
        **details: str,
    ) -> "Assessment":
        """Store an assessment of `user` with this split and `details`, and return it. Idempotent.

        It was taken now; or at `taken_at`, if it was pending until sign-in; or on the day
        `taken_on`, if it was done on paper. `details` are `event`, `event_words` and `note`.

        `submission` is the idempotency key: a form that is sent twice returns the assessment that
        was stored first, even if both requests arrive at once. The unique constraint decides, and
        the loser reads what the winner wrote.

        Raises HistoryFullError.
        """
        now = timezone.now()
        if taken_on:
            taken_at = self.for_user(user).time_on_paper(taken_on, recorded_at=now)
        given = {"user": user, "submission": submission, **split.as_dict()}
        try:
            with savepoint_in_transaction():
                return self.create(
                    **given,
                    taken_at=min(taken_at or now, now),
                    taken_on=taken_on,
                    recorded_at=now,
                    **details,
                )
        except IntegrityError as error:
            if known := self.filter(**given).first():
                return known
            if violates(error, "assessment_not_too_many"):
                raise HistoryFullError from None
            raise

    def time_on_paper(self, day: date, *, recorded_at: datetime) -> datetime:
        """Return the time at which to store an assessment that was done on paper on `day`.

        That is midday in the person's time zone, or the time of the latest assessment of that day
        that was entered before, if later. So those of one day keep the order of their entry.
        """
        zone = timezone.get_current_timezone()
        begin, end = (
            datetime.combine(each, time.min, zone) for each in (day, day + timedelta(days=1))
        )
        of_the_day = Q(taken_on=day) | Q(taken_on=None, taken_at__gte=begin, taken_at__lt=end)
        # The day in every time zone: for the index, and so that no other day is read.
        everywhere = datetime.combine(day, time.min, UTC)
        near = Q(
            taken_at__gte=everywhere - timedelta(hours=14),
            taken_at__lt=everywhere + timedelta(days=1, hours=12),
        )
        entered_before = self.filter(near, of_the_day, recorded_at__lt=recorded_at)
        last = entered_before.aggregate(last=Max("taken_at"))["last"]
        midday = datetime.combine(day, time(12), zone)
        return min(max(midday, last or midday, EARLIEST), recorded_at)


class Assessment(SplitFields):
    """A split that a person recorded at a certain time, with a life event and a note.

    The points never change: a person who changes their mind records another assessment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="assessments",
        # The index below begins with this column.
        db_index=False,
    )
    taken_at = models.DateTimeField(
        _("taken"), default=timezone.now, help_text=_("The day and time the person gave.")
    )
    taken_on = models.DateField(
        _("day on paper"),
        blank=True,
        null=True,
        help_text=_("The day that was entered for a result done on paper; empty for any other."),
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
    event = models.CharField(
        _("life event"),
        blank=True,
        default="",
        db_default="",
        max_length=20,
        choices=LifeEvent.choices,
        help_text=_("What happened since the previous result."),
    )
    event_words = models.CharField(
        _("life event, in own words"),
        blank=True,
        default="",
        db_default="",
        max_length=EVENT_WORDS_MAX_LENGTH,
        validators=[ProhibitNullCharactersValidator()],
    )
    submission = models.UUIDField(_("submission"), default=uuid.uuid4, editable=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [
            *SplitFields.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "submission", *Purpose.values],
                name="assessment_once_per_submission_and_split",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("note"), NOTE_MAX_LENGTH),
                name="assessment_note_not_too_long",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(F("taken_at"), F("recorded_at")),
                name="assessment_not_taken_in_the_future",
                violation_error_message=_("This date is in the future."),
            ),
            models.CheckConstraint(
                condition=Q(taken_on=None)
                | Q(
                    # The day has begun in UTC+14, and it has not ended in UTC−12.
                    taken_on__lte=in_utc("taken_at") + timedelta(hours=14),
                    taken_on__gt=in_utc("taken_at") - timedelta(days=1, hours=12),
                ),
                name="assessment_day_on_paper_fits_its_time",
                violation_error_message=_("This date is in the future."),
            ),
            models.CheckConstraint(
                condition=Q(event__in=["", *LifeEvent.values]),
                name="assessment_event_is_known",
            ),
            models.CheckConstraint(
                condition=Q(event=LifeEvent.OTHER) ^ Q(event_words=""),
                name="assessment_event_has_own_words_if_it_is_another",
                violation_error_message=_("Say in a few words what happened."),
            ),
        ]
        indexes = [
            # All columns of `key`, so that a page of a history reads no more rows than it shows,
            # whatever times the others have.
            models.Index("user", "taken_at", "recorded_at", "id", name="assessment_user_key"),
        ]

    def __str__(self) -> str:
        return f"{self.split} ({self.taken_at:%Y-%m-%d})"

    def get_absolute_url(self) -> str:
        return reverse("assessment", args=[self.id])

    def neighbours(self) -> "tuple[Assessment | None, Assessment | None]":
        """Return the person's previous and next assessments, each of which may be None."""
        found = _neighbours(self.user_id, *self.key)
        earlier = next((each for each in found if each.key < self.key), None)
        return earlier, next((each for each in found if each.key > self.key), None)

    @property
    def key(self) -> tuple[datetime, datetime, uuid.UUID]:
        """The sort key among the person's assessments; see `keyset_after`."""
        return self.taken_at, self.recorded_at, self.id

    @property
    def on(self) -> date:
        """The day that was entered, or else the day in the reader's time zone."""
        return self.snapshot.on

    @property
    def event_label(self) -> str:
        """The life event before it, in words; empty if none was recorded."""
        return event_label(self.event, self.event_words)

    @property
    def snapshot(self) -> Snapshot:
        """The assessment without the person, with the whole note."""
        return Snapshot(
            self.id, self.taken_at, self.split, self.event_label, self.note, self.taken_on
        )


@CompiledQuery
def _latest(user_id: int) -> models.QuerySet[Assessment]:
    return Assessment.objects.filter(user_id=user_id).latest_first()[:1]


@CompiledQuery
def _newest(user_id: int) -> models.QuerySet[Assessment]:
    return Assessment.objects.filter(user_id=user_id).latest_first()[:MAX_NEWEST]


@CompiledQuery
def _neighbours(
    user_id: int, taken_at: datetime, recorded_at: datetime, id: uuid.UUID
) -> models.QuerySet[Assessment]:
    mine = Assessment.objects.filter(user_id=user_id)
    key = (taken_at, recorded_at, id)
    earlier = mine.filter(keyset_after(LATEST_FIRST, key)).latest_first()[:1]
    later = mine.filter(keyset_after(OLDEST_FIRST, key)).oldest_first()[:1]
    return earlier.union(later, all=True)


@CompiledQuery
def _own(user_id: int, id: uuid.UUID) -> models.QuerySet[Assessment]:
    return Assessment.objects.filter(user_id=user_id, id=id)
