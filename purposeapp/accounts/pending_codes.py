"""Data retention of pending codes: what a session stores while it waits for a code.

It contains an email and, if that has an account, the code and the account's id. The session lasts
far longer than the code, and isn't deleted with the account.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, loads
from django.db.models import Case, F, When
from django.utils import timezone

from purposeapp.accounts.forms import RESET_EMAIL
from purposeapp.accounts.verification import (
    PENDING_EMAIL,
    PENDING_LOGIN,
    PENDING_RESET,
    RESET_HASH,
)
from purposeapp.models import Session
from purposeapp.web.sessions import VISITOR_AGE, SessionStore

SESSION_KEYS = {
    PENDING_LOGIN,
    PENDING_EMAIL,
    PENDING_RESET,
    RESET_HASH,
    RESET_EMAIL,
    "socialaccount_sociallogin",  # a sign-up with LinkedIn that waits for an email
}


def drop_expired_codes() -> int:
    """Remove pending codes from sessions that weren't stored lately, and count these.

    Whatever else a session stores is kept. A session that an earlier SECRET_KEY signed may hold a
    code too, and can't be read any more: it's deleted. A request that uses the session meanwhile
    wins (compare-and-swap).
    """
    # A session ends a fixed time after it was stored, and a code is stored when it's sent.
    age = Case(
        When(user=None, then=VISITOR_AGE), default=timedelta(seconds=settings.SESSION_COOKIE_AGE)
    )
    sessions = Session.objects.alias(stored_at=F("expire_date") - age)
    newest = sessions.order_by("-stored_at").first()
    # Otherwise the site signs with another key than we do, and would lose all its sessions.
    is_key_of_site = newest is not None and _read(newest) is not None
    stored_before = timezone.now() - timedelta(minutes=2 * settings.CODE_MINUTES)
    dropped = 0
    for session in sessions.filter(stored_at__lte=stored_before).iterator():
        data = _read(session)
        unchanged = Session.objects.filter(pk=session.pk, session_data=session.session_data)
        if data is None:
            if is_key_of_site:
                dropped += unchanged.delete()[0]
        elif SESSION_KEYS & data.keys():
            left = {key: value for key, value in data.items() if key not in SESSION_KEYS}
            dropped += unchanged.update(session_data=Session.objects.encode(left))
    return dropped


def _read(session: Session) -> dict[str, Any] | None:
    """Return the data of a session, or None if it isn't signed with our key.

    Django's `get_decoded` returns the same for an empty session, and logs a warning for each.
    """
    store = SessionStore()
    try:
        return loads(session.session_data, salt=store.key_salt, serializer=store.serializer)
    except BadSignature:
        return None
