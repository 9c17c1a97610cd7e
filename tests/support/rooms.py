"""Factories for rooms in every state, reached by the actions of host and guests."""

from django.test import Client

from purposeapp.models import Room, RoomAnswer, User
from purposeapp.models.room_answer import ROOM_TERM, RoomKind
from purposeapp.split import Split
from tests.support.make import points

NOW = ["6-2-2-0-0", "5-1-2-2-0", "1-2-1-6-0", "0-5-4-0-1", "3-0-2-1-4", "2-2-4-1-1"]
FUTURE = ["3-4-2-1-0", "2-4-3-1-0", "2-3-3-1-1", "0-6-4-0-0", "2-3-3-0-2", "1-4-4-1-0"]

STATES = ["draft", "open", "revealed", "ended", "overdue"]
"""`ended`: after a reveal. `overdue`: still open although its term is over."""


def make_room(host: User, state: str = "open", *, answers: int = 0, **extra) -> Room:
    """Create a room. A revealed or ended one has at least six answers."""
    room = Room.objects.create(host=host, **{"title": "Our team", **extra})
    if state == "draft":
        return room_of(room)
    assert room.open()
    if state in ("revealed", "ended"):
        answers = max(answers, len(NOW))
    for number in range(answers):
        answer(room, f"seat {number}", NOW[number % 6], FUTURE[number % 6])
    if state in ("revealed", "ended"):
        assert room.reveal()
    if state == "ended":
        assert room.end()
    if state == "overdue":
        room = room_of(room)
        Room.objects.filter(pk=room.pk).update(opened_at=room.opened_at - ROOM_TERM)
    return room_of(room)


def answer(room: Room, seat: str, now: str, future: str | None = None) -> bool:
    """Store the answers of one seat; return False if one is refused."""
    kinds = {RoomKind.NOW: now, RoomKind.FUTURE: future}
    given = {kind: Split.parse(split) for kind, split in kinds.items() if split}
    stored = [
        RoomAnswer.objects.store(room.pk, seat=seat, kind=kind, split=given[kind]) for kind in given
    ]
    return None not in stored


def room_of(room: Room) -> Room:
    """Return the room, freshly loaded."""
    return Room.objects.get(pk=room.pk)


def spend_in(client: Client, room: Room, now: str, future: str | None = None):
    """Answer over HTTP; return the response to the last form."""
    response = client.post(f"/r/{room.code}/", points(now, round=room_of(room).round))
    return client.post(f"/r/{room.code}/future/", points(future)) if future else response
