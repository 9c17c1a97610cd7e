"""How sign-up, sign-in and their mails behave, where django-allauth leaves it to us."""

from types import SimpleNamespace
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    """Writes mails whose addresses come from PUBLIC_URL, never from the Host header.

    Whoever could choose the host in a mail to somebody else could lead them anywhere.
    """

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send one mail, in our words, with our own address in it."""
        site = SimpleNamespace(name="Five Purposes", domain=urlsplit(settings.PUBLIC_URL).netloc)
        context = {
            **context,
            "current_site": site,
            "public_url": settings.PUBLIC_URL,
            "password_reset_url": settings.PUBLIC_URL + reverse("account_reset_password"),
            "signup_url": settings.PUBLIC_URL + reverse("account_signup"),
        }
        super().send_mail(template_prefix, email, context)
