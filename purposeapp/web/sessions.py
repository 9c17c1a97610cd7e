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
"""How long a session of a visitor who isn't signed in lasts after its last use."""

RENEW_AFTER = timedelta(days=1)
"""The time after which using a session renews it: one write a day instead of one per request."""


class SessionStore(db.SessionStore):
    """Sessions in PostgreSQL, so that signing out ends a session for all workers at once.

    The expiry is sliding: a session lasts SESSION_COOKIE_AGE after its last use, or VISITOR_AGE if
    nobody is signed in.
    """

    _stored: bytes | None = None
    """The serialized data in the row, as far as this request knows."""
    _read: str = ""
    """The encoded data in the row, as far as this request knows, for the optimistic lock."""
    _encoded: str = ""
    """The encoded data that was last prepared to be stored."""
    _is_swapped = False
    """Whether `change` has stored the session, with its expiry, in this request."""

    user: "User | None" = None
    """The signed-in user according to the row, read in the same query."""

    def load(self):
        """Load the data; if the session was renewed more than a day ago, mark it to be saved."""
        row = self._row()
        if not row:
            self._session_key = None
            return {}
        self.user = row.user
        self._read = row.session_data
        data = self.decode(row.session_data)
        # Allauth stores an expiry in each session, which may be from an older, shorter setting.
        data.pop("_session_expiry", None)
        self._stored = self.serializer().dumps(data)
        lifetime = timedelta(seconds=_age_of(data))
        if row.expire_date < timezone.now() + lifetime - RENEW_AFTER:
            self.modified = True  # so that the middleware renews both row and cookie
        return data

    def get_session_cookie_age(self) -> int:
        """Return the seconds that the session lasts after its last use."""
        return _age_of(self._get_session())  # type: ignore[attr-defined]

    def save(self, must_create=False) -> None:
        """Store the keys that this request has changed, or only the expiry if it changed none.

        So it doesn't overwrite what another request stored under other keys meanwhile. Raises
        UpdateError if the session was ended meanwhile.
        """
        data = self.serializer().dumps(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        if must_create or self.session_key is None:
            super().save(must_create)
            self._read = self._encoded
        elif data != self._stored:
            data = self._merge(data)
        elif not self._is_swapped:
            rows = self.model.objects.filter(session_key=self.session_key)
            if not rows.update(expire_date=self.get_expiry_date()):
                raise UpdateError
        self._stored = data

    def _merge(self, data: bytes) -> bytes:
        """Store this data with what others stored meanwhile, by compare-and-swap, and return it."""
        before = self.serializer().loads(self._stored) if self._stored else {}
        after = self.serializer().loads(data)
        changed = dict(each for each in after.items() if each not in before.items())
        while not (self._store(session_data=self._read) if self._read else self._store()):
            row = self._row()
            if not row:
                raise UpdateError
            self._read = row.session_data
            self._session_cache = self.decode(row.session_data) | changed
            for key in before.keys() - after.keys():
                self._session_cache.pop(key, None)
        return self.serializer().dumps(self._session_cache)

    def change(self, edit: Callable[[], None], key_if_new: str | None = None) -> None:
        """Let `edit` change the current data of the session, and store it at once.

        An optimistic lock (compare-and-swap): if two requests of a browser conflict, the later one
        edits again, based on what the other has stored, so no change is lost. A browser without a
        session gets one with `key_if_new`, so that both requests get the same session.
        """
        self._get_session()  # type: ignore[attr-defined]  # clears the key if the session has ended
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
        """Update the row if it exists and meets the condition, and return whether it did.

        This is one statement; Django's own way selects first, in a transaction.
        """
        new = self.create_model_instance(self._session_cache)
        rows = self.model.objects.filter(session_key=self.session_key, **condition)
        fields = ("session_data", "user_id", "expire_date")
        is_stored = bool(rows.update(**{name: getattr(new, name) for name in fields}))
        if is_stored:
            self._read = self._encoded
        return is_stored

    def _get_new_session_key(self) -> str:
        """Return a random session key of 165 bits.

        If it's already used, the INSERT fails and `create` tries another one. Django checks that
        before the INSERT too, which costs another query for each sign-in.
        """
        return get_random_string(32, VALID_KEY_CHARS)

    def _insert(self, key: str | None) -> bool:
        """Insert a new session; return False if there is already one with this key."""
        self._session_key = key or self._get_new_session_key()
        try:
            with savepoint_in_transaction():
                self.create_model_instance(self._session_cache).save(force_insert=True)
        except IntegrityError:
            ended = {"session_key": self.session_key, "expire_date__lte": timezone.now()}
            self.model.objects.filter(**ended).delete()
            return False
        self._read = self._encoded
        return True

    def _row(self) -> "Session | None":
        return self.get_model_class().objects.with_key(self.session_key or "")

    @classmethod
    def get_model_class(cls) -> "type[Session]":
        # The settings name this module, so it's imported before models can be loaded.
        from purposeapp.models import Session

        return Session

    def create_model_instance(self, data):
        """Return the row of a session, with its user."""
        session = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)  # type: ignore[attr-defined]
        self._encoded = session.session_data
        return session

    def _validate_session_key(self, key):
        """Reject a key that no session can have, without a query.

        A NUL character would be an error in PostgreSQL, and so a 500 for anyone who sends one.
        """
        return bool(key) and len(key) >= 8 and key.isascii() and key.isalnum()


def _age_of(data: dict[str, Any]) -> int:
    """Return the seconds that a session with this data lasts after its last use."""
    signed_in = SESSION_KEY in data
    return settings.SESSION_COOKIE_AGE if signed_in else int(VISITOR_AGE.total_seconds())


def get_user(request: HttpRequest) -> "User | AnonymousUser":
    """Return the signed-in user like `django.contrib.auth.get_user`, but without a second query.

    Special cases (a changed password, an old secret key, a deactivated account) are left to Django,
    which queries again and ends the session if it must.
    """
    session = request.session
    signed_in_with = session.get(BACKEND_SESSION_KEY)
    user = session.user  # type: ignore[attr-defined]  # set, since session.get has loaded it
    if (
        user
        and user.is_active
        and signed_in_with in settings.AUTHENTICATION_BACKENDS
        and session.get(SESSION_KEY) == str(user.pk)
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    ):
        return user
    return auth.get_user(request)
