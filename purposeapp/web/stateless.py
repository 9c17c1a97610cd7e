"""Stateless views: what machines ask for is answered before the middleware that is for people."""

import re
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

STATELESS_PATHS = re.compile(r"/healthz|/readyz|/[^.]+\.png")
"""Of health probes and preview cards. Whatever stands at such an address asks for no session, user,
CSRF token or message, and its answers need no compression."""


def answer_stateless_views(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Call the view of a stateless path here. Neither probes nor cards leave a line in the log.

    Whichever middleware stands after it in MIDDLEWARE has nothing to do with them.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not STATELESS_PATHS.fullmatch(request.path_info):
            return get_response(request)
        request.get_host()  # raises DisallowedHost
        try:
            match = request.resolver_match = resolve(request.path_info)
        except Resolver404:
            return get_response(request)
        response = match.func(request, *match.args, **match.kwargs)
        if "Content-Length" not in response and response.status_code != HTTPStatus.NOT_MODIFIED:
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware
