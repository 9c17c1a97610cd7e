from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

from .compiled_query import CompiledQuery
from .owned_queryset import OwnedQuerySet
from .user import User


class SessionQuerySet(OwnedQuerySet["Session"]):
    """Queries for sessions."""

    def unexpired(self) -> Self:
        """Return the sessions that haven't expired."""
        return self.filter(expire_date__gt=timezone.now())

    def expired(self, at: datetime) -> Self:
        """Return the sessions that have expired by a timestamp."""
        return self.filter(expire_date__lte=at)

    def with_key(self, session_key: str) -> "Session | None":
        """Return the unexpired session with this key, with its user, in one query; or None."""
        session = _session_with_user.first(session_key)
        return session if session and session.expire_date > timezone.now() else None

    def end_others(self, user: User, session_key: str | None) -> int:
        """Sign a person out in all other browsers, and return the number of ended sessions."""
        return self.for_user(user).exclude(session_key=session_key).delete()[0]


class Session(AbstractBaseSession):
    """A browser's session, with a foreign key to its user.

    Django's own sessions have the user only in their encoded data, which can't be queried. With
    the foreign key, all sessions of a person can be found, and are deleted with the account.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="sessions",
        # A session that is saved while the account is deleted elsewhere may be left behind. It
        # gives no access. With a constraint, Django would take the error for a used session key
        # and try others for ever.
        db_constraint=False,
    )

    objects = BaseSessionManager.from_queryset(SessionQuerySet)()  # type: ignore[misc]

    def __str__(self) -> str:
        """Return the expiry, not the session key, which would give access."""
        return f"{self._meta.verbose_name} ({self.expire_date:%Y-%m-%d})"

    @classmethod
    def get_session_store_class(cls):
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")


@CompiledQuery
def _session_with_user(session_key: str) -> models.QuerySet[Session]:
    return Session.objects.filter(session_key=session_key).select_related("user")
