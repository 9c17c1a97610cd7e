"""Rooms as those in them see them, kept in a worker's memory for a second.

A thousand phones poll a room. Each page is made of what `LiveRoom` says, which is its version, and
of its person's own answers, which their cookie brings: so most polls need neither a query nor a
template, and those of a person whose page has not changed end as a 304.
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
"""How many a worker remembers. Those that were asked for longest ago give way."""

RESULT = re.compile(r"/r/([A-Z0-9]{6})/result/")
QUERIES = re.compile("still")
"""Which page does not refresh itself."""


class LiveRooms:
    """The rooms that one worker knows by their codes, each looked up at most once in
    PUBLIC_PAGE_SECONDS. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[float, LiveRoom]] = OrderedDict()

    def get(self, code: str, *, refresh: bool = False) -> LiveRoom | None:
        """The room that a code opens; with `refresh`, as it is now.

        While the database does not answer, what is known stays good. Raises the database's error
        where nothing is.
        """
        with self._lock:
            now = time.monotonic()
            looked_at, known = self._known.get(code, (float("-inf"), None))
            if known and not refresh and now - looked_at < settings.PUBLIC_PAGE_SECONDS:
                return known
            if known:  # this request looks; the others go on meanwhile with what is known
                self._known[code] = now, known
        try:
            room = Room.objects.with_code(code)
        except Error:
            if known and not refresh:
                return known
            raise
        with self._lock:
            self._known.pop(code, None)
            if room:
                self._known[code] = now, room
            while len(self._known) > MAX_ROOMS:
                self._known.popitem(last=False)
        return room


live_rooms = LiveRooms()


def result_key(request: HttpRequest) -> Hashable | None:
    """What the result of this browser in a room is made of; None for any other page.

    It is everything that the page depends on beside the tips, so two who spent their points alike
    share a page, and none of it holds a person.
    """
    match = RESULT.fullmatch(request.path_info)
    query = request.META.get("QUERY_STRING", "")
    if not match or (query and not QUERIES.fullmatch(query)):
        return None
    try:
        room = live_rooms.get(match[1])
    except Error:
        return None  # the page itself says so
    seat = seat_of(request, room) if room else None
    if not room or not seat or not seat.now:
        return None
    return room, seat.now, seat.future, seat.late
