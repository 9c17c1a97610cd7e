"""The current time zone of a request: the user's, from the first access to the user."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from .sessions import get_user

COOKIE = "timezone"
"""The cookie in which static/js/time_zone.js stores the browser's time zone."""


def activate_reader_time_zone(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Show dates and times in the signed-in user's time zone, and in UTC to anyone else.

    The time zone is activated when a view or a template first accesses the user. Pages that are
    the same for everyone never do, so they don't vary and don't load a session.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        def reader():
            user = get_user(request)
            if user.is_authenticated:
                # A GET changes nothing, and need not wait for a lock on the account's row.
                is_change = request.method == "POST"
                user.follow_browser(request.COOKIES.get(COOKIE, ""), store=is_change)
                timezone.activate(user.zone)
            return user

        request.user = SimpleLazyObject(reader)  # type: ignore[assignment]
        with timezone.override(None):
            return get_response(request)

    return middleware
