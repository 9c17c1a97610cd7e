"""Blank pages: a page with a form as it is before anybody has typed into it, from the cache."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.functional import SimpleLazyObject

from .account_key import account_key
from .fragments import fragment


class Reader(NamedTuple):
    """Who reads a page, as far as its template asks; stands for the user in a blank page."""

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
    """A page that says the same to everybody but for what is `late`, as in `fragment`.

    There is one for visitors, one for the signed in and one for staff. None where the page has more
    to say: the address has a query that it `reads_query`, a form was sent (also one that is shown
    again, as a GET), a message waits, or nobody may be asked who reads.
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
            # Only a page that has a form in it sets the cookie.
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
