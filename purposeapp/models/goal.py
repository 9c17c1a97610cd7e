from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.dates import today
from purposeapp.split import Split
from purposeapp.timeline.progress import Progress

from .compiled_query import CompiledQuery
from .in_utc import in_utc
from .owned_queryset import OwnedQuerySet
from .split_fields import SplitFields
from .user import User

LATEST_FIRST = ("-set_at", "-id")
MAX_NEWEST = 22
"""The number of a person's goals that are read at once."""

MAX_GOALS = 10_000
"""The most goals that an account keeps. A trigger in PostgreSQL deletes older ones."""

YEARS_AHEAD = 20
"""How far ahead a target date may be."""
FIRST_DAY = -timedelta(days=2)
"""The earliest that a target date begins, from `set_at`: a day that isn't over in UTC−12 began at
most 36 hours ago, and half a day more is for a slow request."""
LAST_DAY = timedelta(days=365 * YEARS_AHEAD + 5, hours=14)
"""The latest that a target date begins, from `set_at`: after YEARS_AHEAD, in UTC+14."""


def is_too_early(wanted_by: date, set_at: datetime) -> bool:
    """Return whether a target date was over, in all time zones, when the goal was set."""
    return datetime.combine(wanted_by, time.min, UTC) < set_at + FIRST_DAY


def is_too_late(wanted_by: date, set_at: datetime) -> bool:
    """Return whether a target date was too far ahead, in all time zones, when the goal was set."""
    return datetime.combine(wanted_by, time.min, UTC) > set_at + LAST_DAY


class GoalQuerySet(OwnedQuerySet["Goal"]):
    """Queries for goals."""

    def current(self) -> Self:
        """Return the current goals: at most one for each person."""
        return self.filter(ended_at=None)

    def latest_first(self) -> Self:
        """Order by the time when they were set, the newest first."""
        return self.order_by(*LATEST_FIRST)

    def oldest_first(self) -> Self:
        """Order in the exact reverse of `latest_first`."""
        return self.order_by("set_at", "id")

    def current_of(self, user: User | AnonymousUser) -> "Goal | None":
        """Return the current goal of a person, or None."""
        return _current.first(user.pk) if user.is_authenticated else None

    def newest_of(self, user: User | AnonymousUser) -> list["Goal"]:
        """Return the newest MAX_NEWEST goals of a person, the current one first."""
        return _latest(user.pk) if user.is_authenticated else []

    def target_date_of(self, user: User, today: date) -> date | None:
        """Return the target date of a person's goal; None without one, or once it's over."""
        goal = self.current_of(user)
        if not goal or not goal.wanted_by or goal.wanted_by < today:
            return None
        return goal.wanted_by

    def progress(
        self, user: User | AnonymousUser, now: Split | None, *, is_imagined: bool = False
    ) -> Progress | None:
        """Return the progress of `now` towards a person's current goal; None without a goal."""
        goal = self.current_of(user)
        return Progress(goal, now, today(), is_imagined) if goal else None

    def end(self, at: datetime) -> int:
        """End these goals and return their number. A goal never ends before it was set."""
        return self.update(ended_at=Greatest(F("set_at"), at))

    @transaction.atomic
    def set(self, *, user: User, split: Split, wanted_by: date | None = None) -> "Goal | None":
        """Make `split` the current goal of `user`. A previous goal ends and is kept as history.

        Setting the same goal again changes nothing. Returns None if the account has been deleted.
        """
        # A row lock, so that a second request at the same time sees the goal of the first.
        if not User.objects.lock(user.pk):
            return None
        current = self.current_of(user)
        if current and (current.split, current.wanted_by) == (split, wanted_by):
            return current
        now = timezone.now()
        self.for_user(user).current().end(now)
        return self.create(user=user, wanted_by=wanted_by, set_at=now, **split.as_dict())


class Goal(SplitFields):
    """The split that a person wants to have one day. Previous goals are kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="goals",
        # The index below begins with this column.
        db_index=False,
    )
    wanted_by = models.DateField(_("target date"), blank=True, null=True)
    set_at = models.DateTimeField(_("set"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(
        _("ended"),
        blank=True,
        null=True,
        editable=False,
        help_text=_("When another goal replaced it, or it was removed."),
    )

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        constraints = [
            *SplitFields.Meta.constraints,
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None), name="goal_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("set_at")),
                name="goal_ends_after_it_was_set",
            ),
            models.CheckConstraint(
                # The same as `is_too_early` and `is_too_late`.
                condition=Q(wanted_by=None)
                | Q(
                    wanted_by__gte=in_utc("set_at") + FIRST_DAY,
                    wanted_by__lte=in_utc("set_at") + LAST_DAY,
                ),
                name="goal_date_is_within_20_years_after_it_was_set",
            ),
        ]
        indexes = [models.Index("user", "set_at", "id", name="goal_user_set_at")]

    def __str__(self) -> str:
        return f"{self.split} ({self.set_at:%Y-%m-%d})"


@CompiledQuery
def _current(user_id: int) -> models.QuerySet[Goal]:
    return Goal.objects.filter(user_id=user_id).current()[:1]


@CompiledQuery
def _latest(user_id: int) -> models.QuerySet[Goal]:
    holds_first = IsNull(F("ended_at"), True).desc()
    mine = Goal.objects.filter(user_id=user_id)
    return mine.order_by(holds_first, *LATEST_FIRST)[:MAX_NEWEST]
