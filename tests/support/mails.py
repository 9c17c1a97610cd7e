"""What mails say."""

import re

from django.core.mail import EmailMessage


def code_in(message: EmailMessage) -> str:
    """The one-time code of a mail, which stands on a line of its own."""
    return re.search(r"^([A-Z0-9-]{6,})$", message.body, re.MULTILINE)[1]
