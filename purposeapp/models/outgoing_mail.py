"""The outbox: mails that were written and that no mail server has taken yet."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Self

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MAX_AGE = timedelta(days=3)
"""After which nobody expects a mail any more, unless it says itself that it is over earlier."""

FIRST_RETRY = timedelta(minutes=2)
"""Longer than one delivery can take, each answer of a mail server with its timeout: it is a lease
too, within which nobody else takes the mail."""

MAX_RETRY = timedelta(hours=6)

_FIELDS = ("subject", "body", "from_email", "to", "cc", "bcc", "reply_to")


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """Ways to ask for mails that wait."""

    def put(self, mail: EmailMessage, max_age: timedelta | None = None) -> "OutgoingMail":
        """Store a mail, to be sent once the transaction is committed, if it is."""
        now = timezone.now()
        return self.create(
            message={
                **{name: getattr(mail, name) for name in _FIELDS},
                "subject": str(mail.subject),  # which may be lazy
                "headers": mail.extra_headers,
                "attachments": mail.attachments,
                "alternatives": getattr(mail, "alternatives", []),
            },
            next_try_at=now,
            expires_at=now + (max_age or MAX_AGE),
        )

    def for_addresses(self, addresses: Sequence[str]) -> Self:
        """Those to any of these addresses."""
        to_one = (models.Q(message__to__contains=[address]) for address in addresses)
        return self.filter(models.Q(*to_one, _connector=models.Q.OR)) if addresses else self.none()

    def expired(self) -> Self:
        """Those that are of no use any more."""
        return self.filter(expires_at__lte=timezone.now())

    @transaction.atomic
    def claim(self) -> "OutgoingMail | None":
        """The mail that is due longest, for the caller alone to send; None where none is due.

        A lease: it is due again after a while, longer with each try (exponential backoff). Whoever
        has sent it deletes it. So no transaction is open, and no row locked, while a mail server
        takes its time, and of a process that was killed nothing has to be cleared up.
        """
        now = timezone.now()
        due = self.filter(next_try_at__lte=now, expires_at__gt=now)
        mail = due.order_by("next_try_at", "pk").select_for_update(skip_locked=True).first()
        if mail:
            mail.next_try_at = now + min(FIRST_RETRY * 2**mail.tries, MAX_RETRY)
            mail.tries += 1
            mail.save(update_fields=["next_try_at", "tries"])
        return mail

    def seconds_to_next(self) -> float | None:
        """When the next one is due; None where none waits."""
        first = self.aggregate(first=models.Min("next_try_at"))["first"]
        return first and (first - timezone.now()).total_seconds()


class OutgoingMail(models.Model):
    """A mail that waits, with the address and whatever code stands in it, until it is sent."""

    message = models.JSONField(_("message"))
    next_try_at = models.DateTimeField(_("next try"), db_index=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    expires_at = models.DateTimeField(_("expires"))

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")

    def __str__(self) -> str:
        """Not what is in it, nor for whom."""
        return f"{self._meta.verbose_name} {self.pk}"

    def as_email(self) -> EmailMessage:
        """The mail, as it was written."""
        return EmailMultiAlternatives(**self.message)
