"""Data retention of pending codes: what a visitor's session stores while it waits for a code.

It contains an email and, if that has an account, the code and the account's id. The session lasts
far longer than the code, and isn't deleted with the account.
"""

from datetime import timedelta

from django.conf import settings
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
    """Remove pending codes from visitors' sessions that weren't stored lately, and count these.

    Whatever else a session stores is kept. A request that uses the session meanwhile wins
    (compare-and-swap).
    """
    # A session ends VISITOR_AGE after it was stored, and a code is stored when it's sent.
    stored_before = timezone.now() - timedelta(minutes=2 * settings.CODE_MINUTES)
    sessions = Session.objects.filter(user=None, expire_date__lte=stored_before + VISITOR_AGE)
    dropped = 0
    for session in sessions.iterator():
        data = session.get_decoded()
        if SESSION_KEYS & data.keys():
            left = {key: value for key, value in data.items() if key not in SESSION_KEYS}
            unchanged = Session.objects.filter(pk=session.pk, session_data=session.session_data)
            dropped += unchanged.update(session_data=Session.objects.encode(left))
    return dropped
