"""The current time zone of a request: its reader's, once it is known who reads."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from .sessions import get_user

COOKIE = "timezone"
"""The cookie in which static/js/time_zone.js tells the time zone of the browser."""


def activate_reader_time_zone(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Show days and times in the time zone of the signed-in user, and in UTC to anybody else.

    It is activated when a view or a template asks who reads. A page that is the same for
    everybody never asks, so it stays the same, and opens no session.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        def reader():
            user = get_user(request)
            if user.is_authenticated:
                user.follow_browser(request.COOKIES.get(COOKIE, ""))
                timezone.activate(user.zone)
            return user

        request.user = SimpleLazyObject(reader)  # type: ignore[assignment]
        with timezone.override(None):
            return get_response(request)

    return middleware
