"""Data retention of pending codes: what a session stores while it waits for a code.

It contains an email and, if that has an account, the code and the account's id. The session lasts
far longer than the code, and isn't deleted with the account.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from purposeapp.accounts.forms import RESET_EMAIL
from purposeapp.accounts.verification import (
    PENDING_EMAIL,
    PENDING_LOGIN,
    PENDING_RESET,
    RESET_HASH,
)
from purposeapp.models import Session
from purposeapp.web.sessions import VISITOR_AGE

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

    Whatever else a session stores is kept. A request that uses the session meanwhile wins
    (compare-and-swap).
    """
    # A session ends a fixed time after it was stored, and a code is stored when it's sent.
    stored_before = timezone.now() - timedelta(minutes=2 * settings.CODE_MINUTES)
    user_age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    sessions = Session.objects.filter(
        Q(user=None, expire_date__lte=stored_before + VISITOR_AGE)
        | Q(user__isnull=False, expire_date__lte=stored_before + user_age)
    )
    dropped = 0
    for session in sessions.iterator():
        data = session.get_decoded()
        if SESSION_KEYS & data.keys():
            left = {key: value for key, value in data.items() if key not in SESSION_KEYS}
            unchanged = Session.objects.filter(pk=session.pk, session_data=session.session_data)
            dropped += unchanged.update(session_data=Session.objects.encode(left))
    return dropped
