"""Mails with a link to a talk. The address is whatever somebody typed, and stored nowhere
but in the outbox, until the mail is sent."""

import logging

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from purposeapp.models import Talk
from purposeapp.web.outage import is_outage

logger = logging.getLogger(__name__)


def invitation_url(key: str) -> str:
    """The link of an invitation, as it is passed on."""
    return settings.PUBLIC_URL + reverse("invitation", args=[key])


def guest_url(key: str) -> str:
    """The guest's own address."""
    return settings.PUBLIC_URL + reverse("guest_talk", args=[key])


def mail_invitation(talk: Talk, key: str, to: str) -> bool:
    """Send somebody the link of an invitation; False where that fails."""
    return _send("talk_invitation", to, talk=talk, url=invitation_url(key))


def mail_guest_url(talk: Talk, key: str, to: str) -> bool:
    """Send a guest their own address; False where that fails."""
    return _send("talk_address", to, talk=talk, url=guest_url(key))


def _send(template: str, to: str, **context: object) -> bool:
    context["public_url"] = settings.PUBLIC_URL
    mail = EmailMessage(
        subject=render_to_string(f"purposeapp/mail/{template}_subject.txt", context).strip(),
        body=render_to_string(f"purposeapp/mail/{template}_message.txt", context).strip() + "\n",
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        mail.send()
    except Exception as error:  # each way to send, and each odd address, has its own
        if is_outage(error):
            raise
        # Not the error itself: mail servers repeat the address in it.
        logger.warning("talk_mail_failed: %s", type(error).__name__)
        return False
    return True
