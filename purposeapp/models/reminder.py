import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Ways to ask for reminders."""

    def for_user(self, user) -> "ReminderQuerySet":
        """That of one person; none for whoever is not signed in."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()


class Reminder(models.Model):
    """When a person wants to be asked, by mail, to spend the ten points again."""

    class Rhythm(models.TextChoices):
        """How the next date comes about."""

        OFF = "off", _("Not at all")
        EVERY_3_MONTHS = "every_3_months", _("Every 3 months")
        EVERY_6_MONTHS = "every_6_months", _("Every 6 months")
        EVERY_12_MONTHS = "every_12_months", _("Every 12 months")
        ON_DATE = "on_date", _("Once, on a date")
        ON_CHANGE = "on_change", _("When I tell you that something changed")

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
    last_sent_at = models.DateTimeField(_("last sent"), blank=True, null=True, editable=False)
    stop_key = models.UUIDField(
        _("key to stop it"), default=uuid.uuid4, unique=True, editable=False
    )

    objects = ReminderQuerySet.as_manager()

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
        ]
        indexes = [
            models.Index("due_on", "user", name="reminder_due", condition=Q(due_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.rhythm} {self.due_on}"
