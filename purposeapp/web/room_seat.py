"""The seat that a browser has in a room: a signed cookie on the path of the room.

The cookie holds what its person has answered, so their own result needs no query, and is there for
them after the answers have been deleted. What counts is stored; the cookie only shows it again.
"""

import secrets
from datetime import timedelta
from typing import NamedTuple, Self
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from purposeapp.models.room import LiveRoom
from purposeapp.models.room_answer import RoomKind
from purposeapp.split import Split

from .idempotency import browser_key

COOKIE = "seat"
SEAT_AGE = timedelta(hours=12)
"""How long a browser keeps its seat after it answered."""

_SALT = "purposeapp.room.seat"


class Seat(NamedTuple):
    """A seat, with what its person has answered in one round."""

    room: UUID
    key: str
    """Random, or derived from what is: nobody guesses it."""
    round: int
    now: Split | None = None
    future: Split | None = None
    late: str = ""
    """The kind of the last answer, where it came when the room took no more."""
    before: Split | None = None
    """What its person had answered in the round before, until they answer again."""

    def in_round(self, round: int) -> Self:
        """The same seat in a round; what it answered in another one is no part of it."""
        return (
            self if self.round == round else type(self)(self.room, self.key, round, before=self.now)
        )

    def answer(self, kind: str) -> Split | None:
        """What its person has answered on this kind."""
        return self.now if kind == RoomKind.NOW else self.future

    def with_answer(self, kind: RoomKind, split: Split, *, is_late: bool) -> Self:
        """The same seat with another answer."""
        late = kind.value if is_late else ""
        if kind == RoomKind.NOW:
            return self._replace(now=split, late=late)
        return self._replace(future=split, late=late)

    def keep(self, response: HttpResponse, code: str) -> None:
        """Have the browser keep it."""
        now, future = self.now or "", self.future or ""
        value = f"{self.room.hex}.{self.key}.{self.round}.{now}.{future}.{self.late}"
        response.set_cookie(
            COOKIE,
            _signer().sign(value),
            max_age=SEAT_AGE,
            path=reverse("room_join", args=[code]),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            # It comes along from a scanned code or a link, and with no form of another site.
            samesite="Lax",
        )

    @staticmethod
    def give_up(response: HttpResponse, code: str) -> None:
        """Have the browser forget its seat."""
        response.delete_cookie(COOKIE, path=reverse("room_join", args=[code]), samesite="Lax")


def seat_of(request: HttpRequest, room: LiveRoom) -> Seat | None:
    """The seat that this browser has in a room; None where its cookie is forged or old."""
    try:
        value = _signer().unsign(request.COOKIES[COOKIE], max_age=SEAT_AGE)
        id, key, round, now, future, late = value.split(".")
        seat = Seat(UUID(id), key, int(round), _split(now), _split(future), late)
    except (KeyError, BadSignature, ValueError):
        return None
    # A code may open another room by now.
    return seat.in_round(room.round) if seat.room == room.id else None


def new_seat(request: HttpRequest, room: LiveRoom) -> Seat:
    """A seat for whoever has none. Two requests of one browser at once are given the same one."""
    key = browser_key(request, _SALT, str(room.id)) or secrets.token_bytes(16)
    return Seat(room.id, key.hex()[:32], room.round)


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=_SALT)


def _split(text: str) -> Split | None:
    return Split.parse(text) if text else None
