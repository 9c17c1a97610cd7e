"""An LRU cache, in each worker's memory, of the pages that are the same for everybody.

There are about four thousand of them in a language, a few kilobytes each: each split as it is, and
as each side of job seeking sees it. They depend on what is published alone, so a worker that has
looked for newer within the last second answers without a query, without a session and without a
template; a change shows everywhere within two seconds. One thread looks at a time, and
not for long.
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

MAX_BYTES = 20 * 1024 * 1024
"""How much is kept at most. Every public page of a language, compressed, just fits (19.3 MB)."""

MAX_ROOM_BYTES = 8 * 1024 * 1024
"""The same for the pages of people in rooms, which change with each answer: so that these never
push out those of everybody."""

SIDE_QUERIES = re.compile("|".join(f"as={side}" for side in Side))
PAGE_QUERIES = re.compile("page=[1-9][0-9]{0,2}")
NO_QUERIES = re.compile("")
_CACHED_QUERIES = re.compile(f"{SIDE_QUERIES.pattern}|{PAGE_QUERIES.pattern}")


def public_page(view: Callable | None = None, *, queries: re.Pattern = NO_QUERIES) -> Callable:
    """Mark a view whose page is the same for everybody, until a tip changes.

    Such a view reads nothing of the request but its path and its query, and shows no form: a
    form needs a token of its own for each visitor. A query that is none of its `queries`, of which
    there is no end, leads to the page without one: making pages anew for each would cost far more.
    """
    if view is None:
        return partial(public_page, queries=queries)

    cached = cache_control(public=True, max_age=0, must_revalidate=True)(_cacheable(view, queries))
    # There is nothing to protect from a forged request; a wrong method is told that it is wrong.
    return csrf_exempt(require_safe(cached))


def result_page(view: Callable) -> Callable:
    """Mark a view whose page depends on its `result_key` (live_rooms.py) and the tips alone."""
    cached = cache_control(private=True, no_cache=True)(_cacheable(view, ROOM_QUERIES))
    return csrf_exempt(require_safe(cached))


def _cacheable(view: Callable, queries: re.Pattern) -> Callable:
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        query = request.META.get("QUERY_STRING", "")
        if query and not queries.fullmatch(query):
            return HttpResponseRedirect(request.path)
        # Looked up before the page is made, so that a page of newer tips never counts as one
        # of older ones. Its being there is what marks the page as public.
        request.published_version = latest_version.get()
        # The template must not ask who reads it.
        request.is_public = True
        # Whether the browser has this page already is asked once the whole page is there, so
        # that it can be kept.
        request.if_none_match = request.META.pop("HTTP_IF_NONE_MATCH", None)
        # A HEAD is answered as a GET, so that it has all headers of one, the ETag too; gunicorn
        # leaves the body out.
        request.method = "GET"
        return view(request, *args, **kwargs)

    return wrapped


def do_not_keep(request: HttpRequest) -> None:
    """Keep this one page out of the cache: something is missing on it."""
    request.published_version = None  # type: ignore[attr-defined]


class CachedResponse(NamedTuple):
    """A response that is cached: a finished page, with every header that it goes out with."""

    content: bytes
    headers: dict[str, str]

    @property
    def size(self) -> int:
        """The bytes of its content and of its headers."""
        return len(self.content) + sum(len(n) + len(value) for n, value in self.headers.items())


class PageCache:
    """The finished answers of one worker, all made of the same version of what is published.

    They take `max_bytes` at most, or MAX_BYTES: what was asked for longest ago gives way. Threads
    may share it.
    """

    def __init__(self, max_bytes: int | None = None) -> None:
        self._max_bytes = max_bytes or MAX_BYTES
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._keep_only(None)

    def get(self, key: tuple, *, refresh: bool = False) -> CachedResponse | None:
        """The answer that is kept under `key`, if what is published is still the same."""
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
        """Keep an answer that was made while `version` was the latest."""
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
        """Forget all answers, and keep those of this version from now on."""
        self._answers: OrderedDict[tuple, CachedResponse] = OrderedDict()
        self._bytes = 0
        self._version = version


page_cache = PageCache()
room_page_cache = PageCache(MAX_ROOM_BYTES)


def page_cache_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Answer public pages from the cache. It comes first, so that hardly anything else has to run.

    It answers in the language that is active: what chooses one for each request stands before it.
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
        # Whoever has a session may be the one who changed a tip a moment ago, and should see it.
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
            kept = CachedResponse(response.content, dict(response.items()))
            cache.put(key, request.published_version, kept)
        return not_modified_or(request, response)

    return middleware


def _has_allowed_host(request: HttpRequest) -> bool:
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
