"""The site's host name."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import punycode


def public_host() -> str:
    """Return the host name in PUBLIC_URL, in ASCII (Punycode), as mail headers need it."""
    return punycode(urlsplit(settings.PUBLIC_URL).hostname or "")
