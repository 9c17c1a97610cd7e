"""Pages that are the same for everybody, made once by each worker and then kept in its memory.

There are about four thousand of them, a few kilobytes each: each split as it is, and as each side
of job seeking sees it. They depend on the tips alone, so a
worker that has looked for newer tips within the last second answers without a query, without
a session and without a template; a change shows everywhere within two seconds.
"""

import time
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from threading import Lock
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import re_accepts_gzip
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from purposeapp.advice.fit import Side
from purposeapp.models import Tip

MAX_PAGES = 5_000
"""Answers kept at most: every public page as browsers ask for it, with room to spare."""

CACHED_QUERIES = frozenset({"", *(f"as={side}" for side in Side)})
"""A page as it is, and as each side of job seeking sees it. Any other query, of which there is no
end, is answered anew each time."""


def public_page(view: Callable) -> Callable:
    """Mark a view whose page is the same for everybody, until a tip changes.

    Such a view reads nothing of the request but its path and its query, and shows no form: a
    form needs a token of its own for each visitor. Answers to a few queries alone are kept.
    """

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        # Looked up before the page is made, so that a page of newer tips never counts as one
        # of older ones. Its being there is what marks the page as public.
        request.tips_version = page_cache.version()
        # The template must not ask who reads it.
        request.is_public = True
        # Whether the browser has this page already is asked once the whole page is there, so
        # that it can be kept.
        request.if_none_match = request.META.pop("HTTP_IF_NONE_MATCH", None)
        return view(request, *args, **kwargs)

    cached = cache_control(public=True, max_age=0, must_revalidate=True)(wrapped)
    # There is nothing to protect from a forged request; a wrong method is told that it is wrong.
    return csrf_exempt(require_safe(cached))


class CachedResponse(NamedTuple):
    """A response that is cached: a finished page, with every header that it goes out with."""

    content: bytes
    headers: dict[str, str]


class PageCache:
    """The finished answers of one worker, and the version of the tips that they were made of."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._answers: dict[tuple, CachedResponse] = {}
        self._version: str | None = None
        self._looked_at = float("-inf")

    def version(self, *, refresh: bool = False) -> str | None:
        """Which tips these answers are of; looked up at most once in PUBLIC_PAGE_SECONDS.

        With `refresh`, it is looked up now, however fresh it is.

        While the database does not answer, what is known stays good: a page that is a little
        old is better than none.
        """
        with self._lock:
            now = time.monotonic()
            if not refresh and now - self._looked_at < settings.PUBLIC_PAGE_SECONDS:
                return self._version
            # This request looks; the others go on meanwhile with what is known, also when the
            # database takes long to answer.
            self._looked_at = now
        try:
            version = Tip.objects.version()
        except Error:
            return self._version
        with self._lock:
            if version != self._version:
                self._answers, self._version = {}, version
        return version

    def get(self, key: tuple, *, refresh: bool = False) -> CachedResponse | None:
        """The answer that is kept under `key`, if the tips are still the same."""
        if key not in self._answers:
            return None
        self.version(refresh=refresh)
        return self._answers.get(key)

    def put(self, key: tuple, version: str | None, answer: CachedResponse) -> None:
        """Keep an answer that was made while the tips were at `version`."""
        with self._lock:
            if version is not None and version == self._version:
                if len(self._answers) >= MAX_PAGES:
                    # The oldest makes room. Compressed and plain together are more than this.
                    del self._answers[next(iter(self._answers))]
                self._answers[key] = answer


page_cache = PageCache()


def page_cache_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Answer public pages from the cache. The first middleware, so that nothing else has to run."""

    def middleware(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if request.method not in ("GET", "HEAD") or query not in CACHED_QUERIES:
            return get_response(request)
        compressed = bool(re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))
        key = (request.scheme, request.path_info, query, compressed)
        # Whoever has a session may be the one who changed a tip a moment ago, and should see it.
        has_session = settings.SESSION_COOKIE_NAME in request.META.get("HTTP_COOKIE", "")
        if _is_ours(request) and (answer := page_cache.get(key, refresh=has_session)):
            return not_modified_or(request, HttpResponse(answer.content, headers=answer.headers))
        response = get_response(request)
        if not hasattr(request, "tips_version"):
            return response
        if if_none_match := getattr(request, "if_none_match", None):
            request.META["HTTP_IF_NONE_MATCH"] = if_none_match
        if request.method == "GET" and response.status_code == HTTPStatus.OK and not settings.DEBUG:
            kept = CachedResponse(response.content, dict(response.items()))
            page_cache.put(key, request.tips_version, kept)
        return not_modified_or(request, response)

    return middleware


def _is_ours(request: HttpRequest) -> bool:
    """Whether it asks for a host of ours. Any other is refused further in, with all headers."""
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def not_modified_or(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The page, or a 304 where the browser says that it has this very one."""
    etag = response.get("ETag")
    answer = get_conditional_response(request, etag=etag, response=response) or response
    for name, value in response.items():
        # What protects a page protects this answer too; what describes its content does not fit.
        if not name.startswith("Content-") or name == "Content-Security-Policy":
            answer.headers.setdefault(name, value)
    return answer
