"""Stateless views: requests of machines are answered before the middleware for people."""

import re
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

STATELESS_PATHS = re.compile(r"/healthz|/readyz|/questionnaire\.png|/(splits|purposes)/[^./]+\.png")
"""The paths of health probes and preview cards, and no other ones: their views must not use
sessions, users, CSRF tokens or messages. Their responses need no compression."""


def answer_stateless_views(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Call the views of stateless paths here, bypassing the middleware that follows in MIDDLEWARE.

    So probes and cards aren't logged either.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.get_host()  # raises DisallowedHost, also for all other paths
        if not STATELESS_PATHS.fullmatch(request.path_info):
            return get_response(request)
        try:
            match = request.resolver_match = resolve(request.path_info)
        except Resolver404:
            return get_response(request)
        response = match.func(request, *match.args, **match.kwargs)
        if "Content-Length" not in response and response.status_code != HTTPStatus.NOT_MODIFIED:
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware
