"""A browser's seat in a room: a signed cookie on the path of the room.

The cookie contains the person's answers. So their own result needs no query, and they can see it
even after the answers were deleted. Only the stored answers count; the cookie is just for display.
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
"""How long a browser keeps its seat after its last answer."""

_SALT = "purposeapp.room.seat"


class RoomSeat(NamedTuple):
    """A seat with its person's answers in a round."""

    room: UUID
    key: str
    """Random, or derived from a random secret, so it can't be guessed."""
    round: int
    now: Split | None = None
    future: Split | None = None
    late: str = ""
    """The kind of the last answer if it came too late to count; otherwise empty."""
    before: Split | None = None
    """The person's answer in the previous round, until they answer again."""

    def in_round(self, round: int) -> Self:
        """Return the seat in a round, without its answers in other rounds."""
        return (
            self if self.round == round else type(self)(self.room, self.key, round, before=self.now)
        )

    def answer(self, kind: str) -> Split | None:
        """Return the person's answer of this kind, or None."""
        return self.now if kind == RoomKind.NOW else self.future

    def with_answer(self, kind: RoomKind, split: Split, *, is_late: bool) -> Self:
        """Return the seat with an answer added or replaced."""
        late = kind.value if is_late else ""
        if kind == RoomKind.NOW:
            return self._replace(now=split, late=late)
        return self._replace(future=split, late=late)

    def keep(self, response: HttpResponse, code: str) -> None:
        """Set the cookie of the seat."""
        now, future = self.now or "", self.future or ""
        value = f"{self.room.hex}.{self.key}.{self.round}.{now}.{future}.{self.late}"
        response.set_cookie(
            COOKIE,
            _signer().sign(value),
            max_age=SEAT_AGE,
            path=reverse("room_join", args=[code]),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            # Lax: sent when the room is opened by a QR code or a link, but not with a form of
            # another site.
            samesite="Lax",
        )

    @staticmethod
    def give_up(response: HttpResponse, code: str) -> None:
        """Delete the cookie of the seat."""
        response.delete_cookie(COOKIE, path=reverse("room_join", args=[code]), samesite="Lax")


def seat_of(request: HttpRequest, room: LiveRoom) -> RoomSeat | None:
    """Return this browser's seat in a room; None if its cookie is missing, forged or expired."""
    try:
        value = _signer().unsign(request.COOKIES[COOKIE], max_age=SEAT_AGE)
        id, key, round, now, future, late = value.split(".")
        seat = RoomSeat(UUID(id), key, int(round), _split(now), _split(future), late)
    except (KeyError, BadSignature, ValueError):
        return None
    # The code may lead to another room by now.
    return seat.in_round(room.round) if seat.room == room.id else None


def new_seat(request: HttpRequest, room: LiveRoom) -> RoomSeat:
    """Return a new seat. Two requests of a browser at the same time get the same one."""
    key = browser_key(request, _SALT, str(room.id)) or secrets.token_bytes(16)
    return RoomSeat(room.id, key.hex()[:32], room.round)


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=_SALT)


def _split(text: str) -> Split | None:
    return Split.parse(text) if text else None
