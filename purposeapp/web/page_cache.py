"""An LRU cache, in each worker's memory, of the pages that are the same for everyone.

There are about four thousand of them in a language, a few kilobytes each: mostly the page of each
split, in general and for each side of job seeking. They depend only on the published content. A
worker that has checked its version within the last second responds without a query, a session or a
template. A change is visible everywhere within two seconds. Only one thread checks at a time, with
a short timeout.
"""

import re
from collections import OrderedDict
from collections.abc import Callable
from functools import partial, wraps
from http import HTTPStatus
from threading import Lock
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.gzip import re_accepts_gzip
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from purposeapp.advice.fit import Side

from .latest_version import latest_version
from .live_rooms import QUERIES as ROOM_QUERIES
from .live_rooms import result_key
from .request_log import REQUEST_ID

MAX_BYTES = 20 * 1024 * 1024
"""The size limit. All public pages of a language, compressed, just fit (19.3 MB)."""

MAX_ROOM_BYTES = 8 * 1024 * 1024
"""The size limit for pages of people in rooms. They change with each answer, and have a cache of
their own so that they never evict public pages."""

SIDE_QUERIES = re.compile("|".join(f"as={side}" for side in Side))
PAGE_QUERIES = re.compile("page=[1-9][0-9]{0,2}")
NO_QUERIES = re.compile("")
_CACHED_QUERIES = re.compile(f"{SIDE_QUERIES.pattern}|{PAGE_QUERIES.pattern}")


def public_page(view: Callable | None = None, *, queries: re.Pattern = NO_QUERIES) -> Callable:
    """Decorator for views whose page is the same for everyone until published content changes.

    The view must use only the path and the query string of the request, and show no form, which
    would need a CSRF token for each visitor. A query string that doesn't match `queries` is
    redirected to the page without one: there are endless others, and rendering a page for each
    would cost much more.
    """
    if view is None:
        return partial(public_page, queries=queries)

    cached = cache_control(public=True, max_age=0, must_revalidate=True)(_cacheable(view, queries))
    # Exempt from CSRF checks, as there is nothing to protect. So other methods get a 405.
    return csrf_exempt(require_safe(cached))


def result_page(view: Callable) -> Callable:
    """Decorator for views that depend only on their `result_key` (live_rooms.py) and the tips."""
    cached = cache_control(private=True, no_cache=True)(_cacheable(view, ROOM_QUERIES))
    return csrf_exempt(require_safe(cached))


def _cacheable(view: Callable, queries: re.Pattern) -> Callable:
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        query = request.META.get("QUERY_STRING", "")
        if query and not queries.fullmatch(query):
            return HttpResponseRedirect(request.path)
        # Looked up before the page is rendered, so that a page is never cached under a newer
        # version than its content. This attribute also marks the page as cacheable.
        request.published_version = latest_version.get()
        # The template must not access the user.
        request.is_public = True
        # Conditional requests are handled after the full page is rendered, so that it can be
        # cached.
        request.if_none_match = request.META.pop("HTTP_IF_NONE_MATCH", None)
        # Treat HEAD as GET, so that it gets all headers including the ETag. gunicorn omits the
        # body.
        request.method = "GET"
        return view(request, *args, **kwargs)

    return wrapped


def do_not_cache(request: HttpRequest) -> None:
    """Keep this response out of the cache, because something is missing on the page."""
    request.published_version = None  # type: ignore[attr-defined]


class CachedResponse(NamedTuple):
    """A cached response: the finished page with all headers."""

    content: bytes
    headers: dict[str, str]

    @property
    def size(self) -> int:
        """The size of the content and the headers, in bytes."""
        return len(self.content) + sum(len(n) + len(value) for n, value in self.headers.items())


class PageCache:
    """An LRU cache of a worker's finished responses, all with the same version of the content.

    It holds at most `max_bytes`, by default MAX_BYTES, and evicts the least recently used
    responses. It is thread-safe.
    """

    def __init__(self, max_bytes: int | None = None) -> None:
        self._max_bytes = max_bytes or MAX_BYTES
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Remove all responses."""
        with self._lock:
            self._keep_only(None)

    def get(self, key: tuple, *, refresh: bool = False) -> CachedResponse | None:
        """Return the cached response for `key`, if the published content is still the same."""
        if key not in self._answers:
            return None
        version = latest_version.get(refresh=refresh)
        with self._lock:
            if version != self._version:
                self._keep_only(version)
            answer = self._answers.get(key)
            if answer:
                self._answers.move_to_end(key)
            return answer

    def put(self, key: tuple, version: str | None, answer: CachedResponse) -> None:
        """Cache a response with content of `version`, if this is still the latest version."""
        with self._lock:
            if version is None or version != latest_version.known:
                return
            if version != self._version:
                self._keep_only(version)
            if replaced := self._answers.pop(key, None):
                self._bytes -= replaced.size
            self._answers[key] = answer
            self._bytes += answer.size
            while self._bytes > self._max_bytes:
                _key, least_recent = self._answers.popitem(last=False)
                self._bytes -= least_recent.size

    def _keep_only(self, version: str | None) -> None:
        """Remove all responses, and accept those of this version from now on."""
        self._answers: OrderedDict[tuple, CachedResponse] = OrderedDict()
        self._bytes = 0
        self._version = version


page_cache = PageCache()
room_page_cache = PageCache(MAX_ROOM_BYTES)


def page_cache_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Serve public pages from the cache. It comes early, so that hardly anything else has to run.

    The active language is part of the key, so a middleware that activates one must come before it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        query, method = request.META.get("QUERY_STRING", ""), request.method
        if method not in ("GET", "HEAD"):
            return get_response(request)
        in_room = result_key(request) if request.path_info.startswith("/r/") else None
        request.in_room = in_room  # type: ignore[attr-defined]
        cache = room_page_cache if in_room else page_cache
        if query and not in_room and not _CACHED_QUERIES.fullmatch(query):
            return get_response(request)
        compressed = bool(re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))
        key = (request.scheme, request.path_info, query, get_language(), compressed, in_room)
        # A user with a session may be the editor who has just changed a tip, and should see it.
        cookies = request.META.get("HTTP_COOKIE", "")
        has_session = not in_room and settings.SESSION_COOKIE_NAME in cookies
        if _has_allowed_host(request) and (answer := cache.get(key, refresh=has_session)):
            return not_modified_or(request, HttpResponse(answer.content, headers=answer.headers))
        response = get_response(request)
        request.method = method
        if not hasattr(request, "published_version"):
            return response
        if if_none_match := getattr(request, "if_none_match", None):
            request.META["HTTP_IF_NONE_MATCH"] = if_none_match
        if response.status_code == HTTPStatus.OK and not settings.DEBUG:
            del response.headers[REQUEST_ID]  # all further requests get the same headers
            kept = CachedResponse(response.content, dict(response.items()))
            cache.put(key, request.published_version, kept)
        return not_modified_or(request, response)

    return middleware


def _has_allowed_host(request: HttpRequest) -> bool:
    """Return whether the host is allowed. Others are refused further in, with all headers."""
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def not_modified_or(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the response, or a 304 if the browser already has this version of it."""
    etag = response.get("ETag")
    answer = get_conditional_response(request, etag=etag, response=response) or response
    for name, value in response.items():
        # A 304 needs the security headers too, but not those that describe the content.
        if not name.startswith("Content-") or name == "Content-Security-Policy":
            answer.headers.setdefault(name, value)
    return answer
