"""Blank pages: pages with a form that nobody has typed into yet, rendered from the cache."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.functional import SimpleLazyObject

from .account_key import account_key
from .fragments import fragment


class Reader(NamedTuple):
    """The properties of the user that templates need; replaces the user in a blank page."""

    is_authenticated: bool
    is_staff: bool
    email: str
    initial: str


def blank_page(
    request: HttpRequest,
    template_name: str,
    context: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    *,
    late: Mapping[str, Any],
    reads_query: bool = True,
    **values: Hashable,
) -> HttpResponse | None:
    """Return a cached page that is the same for everyone except for its `late` values.

    `late` values are as in `fragment`. The page is cached separately for visitors, signed-in users
    and staff.

    Returns None if the page isn't blank: the URL has a query string and the page `reads_query`, a
    form was submitted (also one that is shown again as a GET), or there is a message. Also None if
    the page must not access the user.
    """
    has_query = reads_query and bool(request.GET)
    is_plain = request.method in ("GET", "HEAD") and not has_query and not request.POST
    asks_nobody = getattr(request, "is_public", False) or not hasattr(request, "user")
    if not is_plain or asks_nobody or get_messages(request):
        return None
    user = request.user

    def whole_context(given: Mapping[str, Any]) -> Mapping[str, Any]:
        names = ("is_authenticated", "is_staff", "email", "initial")
        return {**given, "user": Reader(*(given[name] for name in names)), **context(given)}

    html = fragment(
        template_name,
        context=whole_context,
        late={
            # Lazy, so that only a page with a form sets the CSRF cookie.
            "csrf_token": SimpleLazyObject(lambda: get_token(request)),
            "account_key": account_key(user),
            "email": getattr(user, "email", ""),
            "initial": getattr(user, "initial", ""),
            **late,
        },
        is_authenticated=user.is_authenticated,
        is_staff=user.is_staff,
        **values,
    )
    return HttpResponse(html)
