import uuid
from datetime import UTC, date, timedelta
from typing import Self

from allauth.account.models import EmailAddress
from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.timeline.dates import today

from .assessment import Assessment
from .owned import OwnedQuerySet, keyset_after
from .user import User

SETTLING = timedelta(days=14)
"""How long after somebody says that something changed they are asked for their points."""

PERIODS = {"every_3_months": 3, "every_6_months": 6, "every_12_months": 12}
"""The rhythms that go on and on, with their months."""


BY_DUE_DATE = ("due_on", "user_id")


class ReminderQuerySet(OwnedQuerySet["Reminder"]):
    """Ways to ask for reminders."""

    def due(self, today: date) -> Self:
        """Those whose day has come."""
        return self.filter(due_on__lte=today)

    def reachable(self) -> Self:
        """Those of people who may have mail, each with its `address`.

        Mail goes to the one address of an active account, and only once it is proven to be
        theirs: anybody can type somebody else's.
        """
        address = proven_addresses().filter(user=OuterRef("user")).values("email")[:1]
        addressed = self.annotate(address=Subquery(address))
        return addressed.filter(address__isnull=False, user__is_active=True)

    def by_due_date(self) -> Self:
        """Those who have waited longest first; ties have a fixed order too."""
        return self.order_by(*BY_DUE_DATE)

    def after_key(self, due_on: date | None, user_id: int) -> Self:
        """Those that stand after this key in `by_due_date`; PostgreSQL reads it off the index."""
        return self.filter(keyset_after(BY_DUE_DATE, (due_on, user_id)))

    def locked_for_sending(self) -> Self:
        """The same, each held until the transaction ends; what another process holds is left out.

        Whether it is due is looked at again once it is held: what another process has done
        meanwhile is no longer in it.
        """
        return self.select_for_update(of=("self",), skip_locked=True)

    @transaction.atomic
    def choose(
        self, *, user, rhythm: str, on: date | None = None, replaces: bool = True
    ) -> "Reminder | None":
        """Remind `user` in this rhythm from now on; `on` is the day for the one that needs it.

        The same choice made again keeps the date that it has, and one that `replaces` nothing
        leaves what was chosen before. None where the account is gone.
        """
        # Two that choose at once, or choose and leave: the second finds what the first has done.
        if not User.objects.lock(user):
            return None
        reminder, _created = self.select_for_update().get_or_create(user=user)
        if reminder.rhythm != Reminder.Rhythm.OFF and not replaces:
            return reminder
        if rhythm == Reminder.Rhythm.ON_DATE:
            due_on = on
        elif rhythm == reminder.rhythm:
            return reminder
        elif rhythm in PERIODS:
            due_on = Reminder.Rhythm(rhythm).first_due(last=last_day(user), today=today())
        else:
            due_on = None
        reminder.rhythm, reminder.due_on, reminder.chosen_at = rhythm, due_on, timezone.now()
        reminder.save(update_fields=["rhythm", "due_on", "chosen_at"])
        return reminder

    def schedule_after_change(self) -> bool:
        """Have those who wait for it reminded once the dust has settled.

        False, and nothing changes, where that is on its way already or nobody waits for it.
        """
        waiting = self.filter(rhythm=Reminder.Rhythm.ON_CHANGE, due_on=None)
        return bool(waiting.update(due_on=today() + SETTLING, chosen_at=timezone.now()))

    def stop(self) -> None:
        """Remind nobody of these any more."""
        self.update(rhythm=Reminder.Rhythm.OFF, due_on=None, chosen_at=timezone.now())


class Rhythm(models.TextChoices):
    """How the next date comes about."""

    OFF = "off", _("Never")
    EVERY_3_MONTHS = "every_3_months", _("Every 3 months")
    EVERY_6_MONTHS = "every_6_months", _("Every 6 months")
    EVERY_12_MONTHS = "every_12_months", _("Every 12 months")
    ON_DATE = "on_date", _("Once, on a date I choose")
    ON_CHANGE = "on_change", _("When something changes in my life")

    @property
    def months(self) -> int | None:
        """The length of a period; None for a rhythm that has none."""
        return PERIODS.get(self.value)

    def after(self, day: date) -> date:
        """A period later, as people count months: one after 31 January is 28 or 29 February."""
        return day + relativedelta(months=PERIODS[self.value])

    def first_due(self, *, last: date | None, today: date) -> date:
        """When a periodic rhythm that is chosen today first asks.

        A period after the points were spent last, where that is still to come; else a period
        from today. Nobody gets a mail for having chosen one.
        """
        due = last and self.after(last)
        return due if due and due > today else self.after(today)


class Reminder(models.Model):
    """When a person wants to be asked, by mail, to spend the ten points again."""

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
        _("due on"), blank=True, null=True, help_text=_("When the next mail is sent (UTC).")
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

    address: str
    """Where its mail goes; `reachable` annotates it."""

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    rhythm__in=[
                        "off",
                        "every_3_months",
                        "every_6_months",
                        "every_12_months",
                        "on_date",
                        "on_change",
                    ]
                ),
                name="reminder_rhythm_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(rhythm="off") | Q(due_on=None), name="reminder_off_is_never_due"
            ),
            models.CheckConstraint(
                condition=Q(rhythm__in=["off", "on_change"]) | Q(due_on__isnull=False),
                name="reminder_rhythm_has_its_date",
            ),
        ]
        indexes = [
            models.Index("due_on", "user", name="reminder_due", condition=Q(due_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.rhythm} {self.due_on}"

    @property
    def months(self) -> int | None:
        """The length of its period; None where it has none."""
        return PERIODS.get(self.rhythm)

    def postpone(self, *, last: date | None, today: date) -> bool:
        """Move a periodic reminder on if the points were spent less than a period ago.

        Whoever came back unasked in the meantime need not be asked a week later. A day that
        somebody named, and a change that they told, stand whatever else they did. False, and
        nothing is moved, where the mail should be sent.
        """
        if not (self.months and last):
            return False
        later = Rhythm(self.rhythm).after(last)
        if later <= today:
            return False
        self.due_on = later
        return True

    def advance(self, today: date) -> None:
        """Move on to what comes after the mail of today: the next period, or nothing for now."""
        if self.months:
            self.due_on = Rhythm(self.rhythm).after(today)
        else:
            self.due_on = None
        if self.rhythm == Rhythm.ON_DATE:
            self.rhythm = Rhythm.OFF


def proven_addresses() -> models.QuerySet[EmailAddress]:
    """Addresses that are known to be their person's, one for each at most."""
    return EmailAddress.objects.filter(primary=True, verified=True)


def last_day(user) -> date | None:
    """The day (UTC) on which a person spent the points last; None where they never did."""
    taken = Assessment.objects.for_user(user).latest_first().values_list("taken_at", flat=True)
    last = taken.first()
    return last and last.astimezone(UTC).date()
