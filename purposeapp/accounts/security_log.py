"""Security events in the log: sign-ins and how they were done, failures, account changes.

As /privacy/ promises, no event names the account or the network address. All lines of a request
share a `request_id`.
"""

from functools import partial
from typing import Any

import structlog
from allauth.account import signals as account_signals
from allauth.account.authentication import get_authentication_records
from django.contrib.auth import signals as auth_signals
from django.dispatch import receiver
from django.http import HttpRequest

from purposeapp.models import User

logger = structlog.get_logger(__name__)

EVENTS = {
    "sign_in_failed": auth_signals.user_login_failed,
    "signed_out": auth_signals.user_logged_out,
    "signed_up": account_signals.user_signed_up,
    "code_rejected_for_sign_in": account_signals.login_code_rejected,
    "code_rejected_for_password": account_signals.password_reset_code_rejected,
    "code_rejected_for_email": account_signals.email_verification_code_rejected,
    "password_changed": account_signals.password_changed,
    "password_set": account_signals.password_set,
    "password_reset": account_signals.password_reset,
    "email_changed": account_signals.email_changed,
    "email_confirmed": account_signals.email_confirmed,
}


def _log(event: str, **kwargs: Any) -> None:
    logger.info(event)


for _event, _signal in EVENTS.items():
    _signal.connect(partial(_log, _event), weak=False, dispatch_uid=f"{__name__} {_event}")


@receiver(account_signals.user_logged_in)
def _log_sign_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    records = get_authentication_records(request, user)
    logger.info("signed_in", methods=[record["method"] for record in records])
