"""Rate limit on new sessions of visitors who aren't signed in."""

import ipaddress
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions import middleware
from django.http import HttpRequest, HttpResponse

from .cache import database_cache

MAX_NEW_A_DAY = 2_000
"""The sessions that visitors at one network address may begin in a day: enough for a trade fair."""
DAY_S = 24 * 60 * 60
IPV6_PREFIX = 56
"""The bits of an IPv6 address that identify a customer, who chooses the other bits freely.

Providers give homes and small offices a /56 network, 256 times a /64 (RIPE-690)."""


def may_begin_session(request: HttpRequest) -> bool:
    """Count a new session of this visitor's network address; return False if that is too many.

    Visitors who already have a session, or are signed in, aren't counted.
    """
    session = request.session
    session.get(SESSION_KEY)  # loads the session, which clears the key if it has ended
    if session.session_key or SESSION_KEY in session:
        return True
    count = database_cache.count(f"visitors at {network_of(request)}", timeout=DAY_S)
    return count <= MAX_NEW_A_DAY


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's session middleware with a limit on new sessions for each network address.

    Beyond the limit, visitors still get their pages, but nothing is stored for them. Sign-up and
    sign-in have their own rate limits, and still work.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session: Any = getattr(request, "session", None)  # not set if the host was refused
        begins = session is not None and session.modified and not session.session_key
        if begins and not request.path_info.startswith("/accounts/"):
            session.modified = not session.is_empty() and may_begin_session(request)
        return super().process_response(request, response)


def network_of(request: HttpRequest) -> str:
    """Return the address to count a request under: the IPv4 address, or the IPv6 network."""
    address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False).network_address)
