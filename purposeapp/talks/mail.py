"""Emails with a link to a talk: to an address that a user typed, or to one side's account.

A typed address is stored only in the outbox, until the email is sent. If the talk ends before that,
emails that ask to come to it are deleted.
"""

import logging
from collections.abc import Mapping
from uuid import uuid5

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from purposeapp.models import Talk, User
from purposeapp.models.talk_answer import TalkSide
from purposeapp.web.outage import is_outage
from purposeapp.web.outbox import rendered_mail
from purposeapp.web.public_host import public_host

logger = logging.getLogger(__name__)


def invitation_url(key: str) -> str:
    """Return the absolute URL of an invitation."""
    return settings.PUBLIC_URL + reverse("invitation", args=[key])


def guest_url(key: str) -> str:
    """Return the absolute URL of the guest's own page of a talk."""
    return settings.PUBLIC_URL + reverse("guest_talk", args=[key])


@transaction.atomic
def mail_invitation(talk: Talk, key: str, to: str) -> bool:
    """Send the link of an invitation. Returns False if that fails, or if it has been revoked."""
    return talk.lock_invitation(key) and _send(
        "talk_invitation", to, talk=talk, url=invitation_url(key)
    )


def mail_guest_url(key: str, to: str) -> bool:
    """Send a guest the link to their own page of a talk. Returns False if that fails.

    It's sent even if the talk has ended: what they entered is still there, for them alone.
    """
    return _send("talk_address", to, url=guest_url(key))


def mail_finished(talk: Talk, side: TalkSide) -> bool:
    """Notify the other side that `side` has finished. Returns False if no email can be sent."""
    return _notify("talk_finished", talk, side.other)


def mail_opened(talk: Talk, side: TalkSide) -> bool:
    """Notify the other side that `side` was the second to agree, so that the talk is open.

    Returns False if no email can be sent.
    """
    return _notify("talk_opened", talk, side.other)


def _notify(template: str, talk: Talk, to: TalkSide) -> bool:
    """Email one side about the other, if they have an account with a verified email.

    The link contains no secret key: it needs a sign-in. The Message-ID is a function of the talk
    and the news, so that an email that the outbox sends again after a crash is recognizably the
    same.
    """
    user_id = talk.user_of(to)
    user = User.objects.reachable().filter(pk=user_id).first() if user_id else None
    if not user:
        return False
    url = settings.PUBLIC_URL + reverse("talk", args=[talk.pk])
    return _send(
        template,
        user.email,
        {"Message-ID": f"<{uuid5(talk.pk, f'{template} {to}')}@{public_host()}>"},
        talk=talk,
        to_inviter=to == TalkSide.INVITER,
        url=url,
    )


def _send(
    template: str,
    to: str,
    headers: Mapping[str, str] | None = None,
    *,
    talk: Talk | None = None,
    **context: object,
) -> bool:
    """Send an email. With a talk, it asks to come to it, so it's deleted if the talk ends first."""
    context |= {"talk": talk, "public_url": settings.PUBLIC_URL}
    mail = rendered_mail(template, to, context, headers)
    mail.talk = talk  # type: ignore[attr-defined]  # for the outbox
    try:
        mail.send()
    except Exception as error:  # mail backends and odd addresses raise all kinds of errors
        if is_outage(error):
            raise
        # Don't log the error itself: mail servers repeat the address in it.
        logger.warning("talk_mail_failed: %s", type(error).__name__)
        return False
    return True
