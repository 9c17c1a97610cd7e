"""Joining a room by its code; the decorator of all views of its participants."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from purposeapp.forms import CodeForm
from purposeapp.forms.room import NO_SUCH_ROOM
from purposeapp.models.room import LiveRoom
from purposeapp.rooms.code import read_code
from purposeapp.split import Split
from purposeapp.web.cache import database_cache
from purposeapp.web.live_rooms import live_rooms
from purposeapp.web.private import private
from purposeapp.web.responses import HttpResponseSeeOther
from purposeapp.web.room_seat import RoomSeat, seat_of
from purposeapp.web.visitors import network_of

from . import errors
from .ten_points import result_of_points

View = Callable[..., HttpResponse]

MAX_MISSES_A_MINUTE = 30
"""Rate limit: invalid room codes per minute from one network.

Valid codes aren't counted or refused, because a whole room may share one network address. So this
doesn't slow guessing down, but shows it, as 429s in the log. For the odds, see docs/security.md.
"""


class RoomRequest(HttpRequest):
    """A request to an existing room."""

    room: LiveRoom
    seat: RoomSeat | None
    """The browser's seat, if it has answered before."""
    in_room: tuple[LiveRoom, Split, Split | None, str] | None
    """The data of the result page, see web/live_rooms.py."""


@private
@require_safe
def join(request: HttpRequest) -> Any:
    """Ask for a room's code, and redirect to the room. Only invalid codes are rate limited."""
    if "code" not in request.GET:
        return render(request, "purposeapp/join.html", {"form": CodeForm()})
    form = CodeForm(request.GET)
    if form.is_valid():
        code = form.cleaned_data["code"]
        if live_rooms.get(code):
            return HttpResponseSeeOther(reverse("room_join", args=[code]))
        form.add_error("code", NO_SUCH_ROOM)
    if not _may_guess(request):
        return errors.too_many_requests(request)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "purposeapp/join.html", {"form": form}, status=status)


def _may_guess(request: HttpRequest) -> bool:
    """Count an invalid room code. Returns False if the network is over its rate limit."""
    misses = database_cache.count(f"room codes at {network_of(request)}", timeout=60)
    return misses <= MAX_MISSES_A_MINUTE


def room_with(code: str) -> LiveRoom | None:
    """Return the room with this code, or None. Malformed codes aren't looked up."""
    clean = read_code(code)
    return live_rooms.get(clean) if clean else None


def in_room(view: View) -> View:
    """Decorate a view of a room that the URL's code identifies."""

    @private
    @wraps(view)
    def wrapped(request: Any, code: str, **kwargs: Any) -> Any:
        room = room_with(code)
        if not room:
            if not _may_guess(request):
                return errors.too_many_requests(request)
            title, text = _("We can't find that room"), NO_SUCH_ROOM
            way = result_of_points(request) or errors.Way(reverse("join"), _("Enter the code"))
            return errors.error_page(request, HTTPStatus.NOT_FOUND, title, str(text), way=way)
        if code != room.code:
            return HttpResponseSeeOther(reverse(view.url_name, args=[room.code]))  # type: ignore[attr-defined]
        request.room, request.seat = room, seat_of(request, room)
        return view(request, **kwargs)

    return wrapped
