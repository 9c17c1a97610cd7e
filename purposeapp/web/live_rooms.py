"""A cache of rooms as their participants see them, for a second, in a worker's memory.

A thousand phones may poll a room. A page depends only on the `LiveRoom`, which serves as its
version, and on the person's own answers, which are in their cookie. So most polls need no query
and no template, and end as a 304 if the page has not changed.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from django.conf import settings
from django.db import Error
from django.http import HttpRequest

from purposeapp.models import Room
from purposeapp.models.room import LiveRoom

from .room_seat import seat_of

MAX_ROOMS = 1_000
"""The most rooms that a worker caches (LRU)."""

RESULT = re.compile(r"/r/([A-Z0-9]{6})/result/")
QUERIES = re.compile("still")
"""The query string of the page that doesn't refresh itself."""


class LiveRooms:
    """A worker's cached rooms by code; each is read at most once in PUBLIC_PAGE_SECONDS.

    That a code has no room is cached too. It is thread-safe.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[float, LiveRoom | None]] = OrderedDict()

    def get(self, code: str, *, refresh: bool = False) -> LiveRoom | None:
        """Return the room with a code, or None. With `refresh`, the cache is bypassed.

        While the database is unavailable, a cached room is returned even if it's stale (without
        `refresh`). Otherwise the database's error is raised.
        """
        with self._lock:
            now = time.monotonic()
            looked_at, known = self._known.get(code, (float("-inf"), None))
            if not refresh and now - looked_at < settings.PUBLIC_PAGE_SECONDS:
                return known
            if known:  # this thread reads the room; meanwhile, others use the cached one
                self._known[code] = now, known
        try:
            room = Room.objects.with_code(code)
        except Error:
            if known and not refresh:
                return known
            raise
        with self._lock:
            self._known[code] = now, room
            self._known.move_to_end(code)
            while len(self._known) > MAX_ROOMS:
                self._known.popitem(last=False)
        return room


live_rooms = LiveRooms()


def result_key(request: HttpRequest) -> Hashable | None:
    """Return the cache key of this browser's result page in a room; None for any other page.

    It is everything that the page depends on, except the tips. So two people with the same answers
    share a page, and the key contains nothing personal.
    """
    match = RESULT.fullmatch(request.path_info)
    query = request.META.get("QUERY_STRING", "")
    if not match or (query and not QUERIES.fullmatch(query)):
        return None
    try:
        room = live_rooms.get(match[1])
    except Error:
        return None  # the view handles the outage
    seat = seat_of(request, room) if room else None
    if not room or not seat or not seat.now:
        return None
    return room, seat.now, seat.future, seat.late
