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
    """Ways to ask for sessions."""

    def unexpired(self) -> Self:
        """Those that still sign somebody in."""
        return self.filter(expire_date__gt=timezone.now())

    def end_others(self, user: User, session_key: str | None) -> int:
        """Sign a person out in every browser but one, and return in how many that was."""
        return self.for_user(user).exclude(session_key=session_key).delete()[0]


class Session(AbstractBaseSession):
    """One browser's session, which says whose it is.

    Django's own says so only inside of what it stores, where no query can look. So all sessions
    of a person are found at once, and go with the account.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="sessions",
        # Saved while the account is being deleted in another browser, a session of nobody is
        # left; it opens nothing. An error instead would keep Django trying for another key.
        db_constraint=False,
    )

    objects = BaseSessionManager.from_queryset(SessionQuerySet)()  # type: ignore[misc]

    @classmethod
    def unexpired(cls, session_key: str) -> "Session | None":
        """The session with this key, and its user along with it; None where it has ended."""
        return _session_with_user.first(session_key, timezone.now())

    def __str__(self) -> str:
        """Not the key, which would open the session."""
        return f"{self._meta.verbose_name} ({self.expire_date:%Y-%m-%d})"

    @classmethod
    def get_session_store_class(cls):
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")


@CompiledQuery
def _session_with_user(session_key: str, now: datetime) -> models.QuerySet[Session]:
    rows = Session.objects.filter(session_key=session_key, expire_date__gt=now)
    return rows.select_related("user")
