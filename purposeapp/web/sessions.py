from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string

from purposeapp.models.integrity import savepoint_in_transaction

if TYPE_CHECKING:
    from purposeapp.models import Session, User

VISITOR_AGE = timedelta(days=14)
"""How long a session of somebody who is not signed in lasts from its last use."""

RENEW_AFTER = timedelta(days=1)
"""How much of a session's age may go before its use renews it: a write a day, not a request."""


class SessionStore(db.SessionStore):
    """Sessions in PostgreSQL, where signing out ends one for every worker at once.

    Their expiry slides: a session that is used lasts SESSION_COOKIE_AGE from then on, or
    VISITOR_AGE where nobody is signed in.
    """

    _stored: bytes | None = None
    """What the row holds, as far as this request knows."""
    _read: str = ""
    """The same as it is stored, for the optimistic lock."""
    _is_swapped = False
    """Whether `change` has stored it, with its expiry, in this request."""

    user: "User | None" = None
    """Whoever the row says is signed in, read in the same statement."""

    def load(self):
        """The data of the session; one that was renewed more than a day ago will be saved."""
        row = self._row()
        if not row:
            self._session_key = None
            return {}
        self.user = row.user
        self._read = row.session_data
        data = self.decode(row.session_data)
        # Allauth writes into each session how long it lasts, which may have been less then.
        data.pop("_session_expiry", None)
        self._stored = self.serializer().dumps(data)
        lifetime = timedelta(seconds=_age_of(data))
        if row.expire_date < timezone.now() + lifetime - RENEW_AFTER:
            self.modified = True  # the middleware then renews row and cookie together
        return data

    def get_session_cookie_age(self) -> int:
        """Seconds from its last use."""
        return _age_of(self._get_session())  # type: ignore[attr-defined]

    def save(self, must_create=False) -> None:
        """Store the session; only its expiry where nothing else has changed in this request.

        So a page that renews a session doesn't undo what another one stored meanwhile. Raises
        UpdateError where the session has ended meanwhile.
        """
        data = self.serializer().dumps(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        if must_create or self.session_key is None:
            super().save(must_create)
        elif data != self._stored:
            if not self._store():
                raise UpdateError
        elif not self._is_swapped:
            rows = self.model.objects.filter(session_key=self.session_key)
            if not rows.update(expire_date=self.get_expiry_date()):
                raise UpdateError
        self._stored = data

    def change(self, edit: Callable[[], None], key_if_new: str | None = None) -> None:
        """Let `edit` change the session as it is in the table by now, and store it at once.

        An optimistic lock (compare and swap): of two requests of one browser the later one edits
        again, on top of what the other has stored, and neither undoes the other. A browser without
        a session gets one with `key_if_new`, so that both get the same.
        """
        self._get_session()  # type: ignore[attr-defined]  # forgets the key of one that has ended
        edit()
        while not (
            self._store(session_data=self._read) if self.session_key else self._insert(key_if_new)
        ):
            row = self._row()
            self._session_key = row.session_key if row else None
            self._read = row.session_data if row else ""
            self._session_cache = self.decode(row.session_data) if row else {}
            edit()
        self._stored = self.serializer().dumps(self._session_cache)
        self._is_swapped = True
        self.modified = True  # so that the browser gets the cookie of a new session

    def _store(self, **condition: Any) -> bool:
        """Write the row, if it is there and meets the condition: one statement, where Django's own
        way asks for it first, and in a transaction."""
        new = self.create_model_instance(self._session_cache)
        rows = self.model.objects.filter(session_key=self.session_key, **condition)
        fields = ("session_data", "user_id", "expire_date")
        return bool(rows.update(**{name: getattr(new, name) for name in fields}))

    def _get_new_session_key(self) -> str:
        """A random session key of 165 bits.

        Whether it is free is for the INSERT to say, after which `create` tries another one; Django
        asks before that too, which is a statement more for each sign-in.
        """
        return get_random_string(32, VALID_KEY_CHARS)

    def _insert(self, key: str | None) -> bool:
        """Store a new session, if there is none with this key yet."""
        self._session_key = key or self._get_new_session_key()
        try:
            with savepoint_in_transaction():
                self.create_model_instance(self._session_cache).save(force_insert=True)
        except IntegrityError:
            ended = {"session_key": self.session_key, "expire_date__lte": timezone.now()}
            self.model.objects.filter(**ended).delete()
            return False
        return True

    def _row(self) -> "Session | None":
        return self.get_model_class().unexpired(self.session_key or "")

    @classmethod
    def get_model_class(cls) -> "type[Session]":
        # Settings name this module before any model can be loaded.
        from purposeapp.models import Session

        return Session

    def create_model_instance(self, data):
        """The row of a session, which says whose it is."""
        session = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)  # type: ignore[attr-defined]
        return session

    def _validate_session_key(self, key):
        """Count a cookie that no session could have as none, instead of asking PostgreSQL.

        A NUL in it would be an error there, and so a 500 here, before anybody is signed in.
        """
        return bool(key) and len(key) >= 8 and key.isascii() and key.isalnum()


def _age_of(data: dict[str, Any]) -> int:
    """Seconds that a session with this data lasts from its last use."""
    signed_in = SESSION_KEY in data
    return settings.SESSION_COOKIE_AGE if signed_in else int(VISITOR_AGE.total_seconds())


def get_user(request: HttpRequest) -> "User | AnonymousUser":
    """Whoever is signed in, as `django.contrib.auth.get_user` finds them, without a second query.

    Whatever is not plain (a changed password, an old secret key, a deactivated account) is left to
    Django, which asks again and ends the session where it must.
    """
    session = request.session
    signed_in_with = session.get(BACKEND_SESSION_KEY)
    user = session.user  # type: ignore[attr-defined]  # known now that the session is loaded
    if (
        user
        and user.is_active
        and signed_in_with in settings.AUTHENTICATION_BACKENDS
        and session.get(SESSION_KEY) == str(user.pk)
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    ):
        return user
    return auth.get_user(request)
