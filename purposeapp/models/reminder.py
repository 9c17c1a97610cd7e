import uuid
from datetime import date, datetime, timedelta
from typing import Self

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.dates import today
from purposeapp.time_zones import FIRST_TO_BEGIN

from .assessment import Assessment
from .compiled_query import CompiledQuery
from .keyset import keyset_after
from .owned_queryset import OwnedQuerySet
from .user import User

DELAY_AFTER_CHANGE = timedelta(days=14)
"""The time between a person's report of a change and the reminder about it."""

PERIODS = {"every_3_months": 3, "every_6_months": 6, "every_12_months": 12}
"""The periodic rhythms, with their periods in months."""


BY_DUE_DATE = ("due_on", "user_id")


class ReminderQuerySet(OwnedQuerySet["Reminder"]):
    """Queries for reminders."""

    def of(self, user: User) -> "Reminder | None":
        """Return the reminder of a person, with `is_reachable`; None if they never chose one."""
        return _of.first(user.pk)

    def due(self, today: date) -> Self:
        """Return the reminders that are due on or before `today`."""
        return self.filter(due_on__lte=today)

    def reachable(self) -> Self:
        """Return the reminders of people who may be sent mail."""
        return self.filter(user__in=User.objects.reachable())

    def due_somewhere(self, now: datetime) -> Self:
        """Return the reminders that are due in any time zone, not necessarily in the person's."""
        return self.due(now.astimezone(FIRST_TO_BEGIN).date())

    def by_due_date(self) -> Self:
        """Order by due date, the oldest first; ties have a fixed order."""
        return self.order_by(*BY_DUE_DATE)

    def after_key(self, due_on: date | None, user_id: int) -> Self:
        """Return those after this key in `by_due_date` (keyset pagination), using the index."""
        return self.filter(keyset_after(BY_DUE_DATE, (due_on, user_id)))

    def locked_for_sending(self) -> Self:
        """Take row locks until the transaction ends, skipping rows that another process has locked.

        PostgreSQL checks the conditions again once a row is locked, so a reminder that another
        process has sent in the meantime is not included.
        """
        return self.select_for_update(of=("self",), skip_locked=True)

    @transaction.atomic
    def choose(
        self, *, user, rhythm: str, on: date | None = None, replaces: bool = True
    ) -> "Reminder | None":
        """Set the rhythm of a user's reminder and return it. `on` is the day for Rhythm.ON_DATE.

        Choosing the same rhythm again keeps its due date. Without `replaces`, an existing choice
        is kept. Returns None if the account has been deleted.
        """
        # A row lock, so that of two requests at once the second sees what the first has done. The
        # other one may also delete the account.
        if not User.objects.lock(user.pk):
            return None
        reminder, _created = self.select_for_update().get_or_create(user=user)
        if reminder.rhythm != Reminder.Rhythm.OFF and not replaces:
            return reminder
        if rhythm == reminder.rhythm != Reminder.Rhythm.ON_DATE:
            return reminder
        reminder.rhythm, reminder.due_on, reminder.day_of_month = rhythm, None, None
        if rhythm == Reminder.Rhythm.ON_DATE:
            reminder.due_on = on
        elif rhythm in PERIODS:
            reminder.begin(last=last_day(user), today=today())
        reminder.chosen_at = timezone.now()
        reminder.sequence += 1
        reminder.save()
        return reminder

    def schedule_after_change(self) -> bool:
        """Schedule the reminders of people who asked for one after a change in their life.

        Returns False, and changes nothing, if it is already scheduled or nobody asked for it.
        """
        waiting = self.filter(rhythm=Reminder.Rhythm.ON_CHANGE, due_on=None)
        return bool(
            waiting.update(
                due_on=today() + DELAY_AFTER_CHANGE,
                chosen_at=timezone.now(),
                sequence=F("sequence") + 1,
            )
        )

    def postpone_after(self, day: date) -> None:
        """Postpone periodic reminders to one period after `day`, if that is later. Idempotent.

        `day` is when a person spent the points again without being asked. Reminders on a date that
        they chose themselves don't change.
        """
        due_on = Case(
            *(When(rhythm=each, then=Value(Rhythm(each).after(day))) for each in PERIODS),
            output_field=models.DateField(),
        )
        self.filter(rhythm__in=PERIODS, due_on__lt=due_on).update(
            due_on=due_on, day_of_month=day.day, sequence=F("sequence") + 1
        )

    def stop(self) -> None:
        """Turn these reminders off."""
        self.update(
            rhythm=Reminder.Rhythm.OFF,
            due_on=None,
            day_of_month=None,
            chosen_at=timezone.now(),
            sequence=F("sequence") + 1,
        )


class Rhythm(models.TextChoices):
    """How the next due date is determined."""

    OFF = "off", _("Never")
    EVERY_3_MONTHS = "every_3_months", _("Every 3 months")
    EVERY_6_MONTHS = "every_6_months", _("Every 6 months")
    EVERY_12_MONTHS = "every_12_months", _("Every 12 months")
    ON_DATE = "on_date", _("Once, on a date I choose")
    ON_CHANGE = "on_change", _("When something changes in my life")

    def after(self, day: date, day_of_month: int | None = None) -> date:
        """Return the date one period later. A month after 31 January is 28 or 29 February.

        With `day_of_month`, it's on that day of the month, or on the last day of a shorter month.
        """
        return day + relativedelta(months=PERIODS[self.value], day=day_of_month)

    def counts_from(self, *, last: date | None, today: date) -> date:
        """Return the date from which a periodic rhythm that is chosen today counts.

        That is the day of the last assessment, if one period after it is in the future; else today.
        """
        return last if last and self.after(last) > today else today


class Reminder(models.Model):
    """When a person wants to be reminded by mail to spend the ten points again."""

    Rhythm = Rhythm

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="reminder",
        primary_key=True,
    )
    rhythm = models.CharField(
        _("rhythm"), max_length=20, choices=Rhythm.choices, default=Rhythm.OFF
    )
    due_on = models.DateField(
        _("due on"),
        blank=True,
        null=True,
        help_text=_("The day of the next mail, where its person is."),
    )
    day_of_month = models.PositiveSmallIntegerField(
        _("day of the month"),
        blank=True,
        null=True,
        help_text=_("On which a periodic one comes back after a month that is too short for it."),
    )
    sequence = models.PositiveIntegerField(
        _("sequence"),
        default=0,
        db_default=0,
        editable=False,
        help_text=_("How often it has changed, by which calendars know the newer one (RFC 5545)."),
    )
    chosen_at = models.DateTimeField(
        _("chosen"),
        default=timezone.now,
        editable=False,
        help_text=_("When the person last changed anything about it."),
    )
    last_sent_at = models.DateTimeField(_("last sent"), blank=True, null=True, editable=False)
    stop_key = models.UUIDField(
        _("unsubscribe key"), default=uuid.uuid4, unique=True, editable=False
    )

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.CheckConstraint(
                condition=Q(rhythm__in=Rhythm.values), name="reminder_rhythm_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(rhythm="off") | Q(due_on=None), name="reminder_off_is_never_due"
            ),
            models.CheckConstraint(
                condition=Q(rhythm__in=["off", "on_change"]) | Q(due_on__isnull=False),
                name="reminder_rhythm_has_its_date",
            ),
            models.CheckConstraint(
                condition=Q(day_of_month=None) | Q(day_of_month__range=(1, 31)),
                name="reminder_day_of_month_is_one",
            ),
        ]
        indexes = [
            models.Index("due_on", "user", name="reminder_due", condition=Q(due_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.rhythm} {self.due_on}"

    @property
    def months(self) -> int | None:
        """The period in months; None if the rhythm isn't periodic."""
        return PERIODS.get(self.rhythm)

    @property
    def series_day(self) -> int | None:
        """The day of the month of a periodic reminder, in months that have this day."""
        return self.day_of_month or (self.due_on.day if self.due_on else None)

    def begin(self, *, last: date | None, today: date) -> None:
        """Set the first due date of a periodic reminder, as if chosen today, and its day of month.

        The due date is always in the future: choosing a reminder doesn't send a mail at once.
        """
        rhythm = Rhythm(self.rhythm)
        start = rhythm.counts_from(last=last, today=today)
        self.due_on, self.day_of_month = rhythm.after(start), start.day

    def postpone(self, *, last: date | None, today: date) -> bool:
        """Postpone a periodic reminder if the last assessment is less than a period ago.

        People who came back by themselves need no reminder a week later. A reminder on a chosen
        date or after a change is never postponed. Returns False, and changes nothing, if the mail
        should be sent.
        """
        if not (self.months and last):
            return False
        later = Rhythm(self.rhythm).after(last)
        if later <= today:
            return False
        self.due_on, self.day_of_month = later, last.day
        self.sequence += 1
        return True

    def advance(self, today: date) -> None:
        """Set the due date after today's mail: in the next period, or none.

        A late mail doesn't shift later ones: they come on the days in the person's calendar.
        """
        if self.months:
            day_of_month = self.series_day
            while self.due_on and self.due_on <= today:
                self.due_on = Rhythm(self.rhythm).after(self.due_on, day_of_month)
        else:
            self.due_on = None
        if self.rhythm == Rhythm.ON_DATE:
            self.rhythm = Rhythm.OFF
        self.sequence += 1


def last_day(user: User) -> date | None:
    """Return the day of a person's last assessment, in their time zone; None without any."""
    last = Assessment.objects.for_user(user).latest_first().values_list("taken_on", "taken_at")
    for taken_on, taken_at in last[:1]:
        return taken_on or taken_at.astimezone(user.zone).date()
    return None


@CompiledQuery
def _of(user_id: int) -> models.QuerySet[Reminder]:
    person = User.objects.reachable().filter(pk=OuterRef("user_id"))
    return Reminder.objects.filter(user_id=user_id).annotate(is_reachable=Exists(person))
