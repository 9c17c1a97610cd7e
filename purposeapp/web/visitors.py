"""Sessions of visitors: what waits for somebody who is not signed in is bounded."""

import ipaddress
from typing import Any, cast

from allauth.account.adapter import get_adapter
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions import middleware
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from .cache import DatabaseCache

MAX_NEW_A_DAY = 2_000
"""Sessions that visitors of one network address may begin within a day: more than a fair has."""
DAY_S = 24 * 60 * 60
IPV6_PREFIX = 64
"""Bits of an IPv6 address that are one customer's; the others they choose as they like."""


def may_begin_session(request: HttpRequest) -> bool:
    """Count one more session of a visitor at this network address; False where that is too many.

    Whoever has a session already, or is signed in, is not counted.
    """
    session = request.session
    session.get(SESSION_KEY)  # loads it, which forgets the key of one that has ended
    if session.session_key or SESSION_KEY in session:
        return True
    limits = cast(DatabaseCache, cache)
    return limits.count(f"visitors at {network_of(request)}", timeout=DAY_S) <= MAX_NEW_A_DAY


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, but that an address with too many new visitors begins no more sessions.

    Their pages are answered all the same, and nothing of them waits. Signing up and in has limits
    of its own, and goes on.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session: Any = getattr(request, "session", None)  # a host that is not ours has none
        begins = session is not None and session.modified and not session.session_key
        if begins and not request.path_info.startswith("/accounts/"):
            session.modified = not session.is_empty() and may_begin_session(request)
        return super().process_response(request, response)


def network_of(request: HttpRequest) -> str:
    """The network address that a request comes from, for limits: of IPv6 the network it is in."""
    address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False).network_address)
