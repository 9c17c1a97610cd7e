"""The transactional outbox: mails that no mail server has accepted yet."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .talk import Talk
    from .user import User

MAX_AGE = timedelta(days=3)
"""The age at which a mail that could not be sent expires, unless it has its own `max_age`."""

FIRST_RETRY = timedelta(minutes=2)
"""Also the lease: nobody else takes the mail within this time. So it must be longer than a delivery
can take if each answer of the mail server takes as long as its timeout."""

MAX_RETRY = timedelta(hours=6)

_FIELDS = ("subject", "body", "from_email", "to", "cc", "bcc", "reply_to")


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """Queries for mails in the outbox."""

    def put(
        self,
        mail: EmailMessage,
        max_age: timedelta | None = None,
        talk: "Talk | None" = None,
        user: "User | None" = None,
    ) -> "OutgoingMail":
        """Store a mail. It's sent after the transaction is committed."""
        now = timezone.now()
        return self.create(
            message={
                **{name: getattr(mail, name) for name in _FIELDS},
                "subject": str(mail.subject),  # may be a lazy translation
                "headers": mail.extra_headers,
                "attachments": mail.attachments,
                "alternatives": getattr(mail, "alternatives", []),
            },
            next_try_at=now,
            expires_at=now + (max_age or MAX_AGE),
            talk=talk,
            user=user,
        )

    def delete_of_account(self, user: "User", addresses: Sequence[str]) -> None:
        """Delete the mails about an account, about its talks, or to any of these addresses.

        They are locked in one order: two accounts that are deleted at once can't deadlock. Needs a
        transaction.
        """
        to_one = (models.Q(message__to__contains=[address]) for address in addresses)
        talks = models.Q(talk__inviter=user) | models.Q(talk__guest=user)
        mails = self.filter(models.Q(*to_one, talks, user=user, _connector=models.Q.OR))
        locked = mails.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
        self.filter(pk__in=list(locked)).delete()

    def expired(self) -> Self:
        """Return the mails that have expired."""
        return self.filter(expires_at__lte=timezone.now())

    @transaction.atomic
    def claim(self) -> "OutgoingMail | None":
        """Take a lease on the mail that has been due longest and return it; None if none is due.

        The caller sends the mail and deletes it. Otherwise it is due again after a time that grows
        with each try (exponential backoff). So no transaction is open and no row is locked while
        the mail server is working, and a killed process leaves nothing to clean up.
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
        """Return the seconds until the next mail is due; None if there are no mails."""
        first = self.aggregate(first=models.Min("next_try_at"))["first"]
        return first and (first - timezone.now()).total_seconds()


class OutgoingMail(models.Model):
    """A mail that is stored until it is sent, including its addresses and any codes in it."""

    message = models.JSONField(_("message"))
    next_try_at = models.DateTimeField(_("next try"), db_index=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    expires_at = models.DateTimeField(_("expires"))
    talk = models.ForeignKey(
        "purposeapp.Talk",
        verbose_name=_("talk"),
        null=True,
        on_delete=models.CASCADE,
        related_name="waiting_mails",
        help_text=_("The talk that it asks its reader to come to, if any."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        on_delete=models.CASCADE,
        related_name="waiting_mails",
        help_text=_("The account that it's about, if any. It may be to an older address."),
    )

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")

    def __str__(self) -> str:
        """Return a label that reveals neither the content nor the recipient."""
        return f"{self._meta.verbose_name} {self.pk}"

    def as_email(self) -> EmailMessage:
        """Return the mail as it was written."""
        return EmailMultiAlternatives(**self.message)
