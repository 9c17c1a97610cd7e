"""The participants' ten points in a room, now and in the future, and their deletion."""

from collections.abc import Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from purposeapp.forms.room import promised_round
from purposeapp.forms.ten_points import TenPointsForm
from purposeapp.models import Room, RoomAnswer
from purposeapp.models.room import LiveRoom, RoomState
from purposeapp.models.room_answer import RoomKind
from purposeapp.web.blank_page import blank_page
from purposeapp.web.fragments import fragment
from purposeapp.web.live_rooms import live_rooms
from purposeapp.web.responses import HttpResponseSeeOther
from purposeapp.web.room_seat import RoomSeat, new_seat

from . import errors
from .rooms import MAX_HOURS
from .rooms_join import RoomRequest, View, in_room
from .ten_points import FUTURE, NOW, Question, opening_from_address, ten_points_page

POINTS = "purposeapp/room_points.html"

ROOM_ENDED = gettext_lazy("This room has ended")
NEW_ROUND_CODE = "round"
NEW_ROUND = gettext_lazy(
    "A new round has begun, so your answer isn't sent yet. Press Continue to be part of it."
)


def _closed(request: RoomRequest) -> HttpResponse | None:
    """Return an error page for a participant without an answer if the room accepts no more.

    A 410 if the room has ended, a 409 if it's full. None if the participant may answer or has
    answered.
    """
    if request.seat and request.seat.now:
        return None
    if request.room.state == RoomState.ENDED:
        text = _("You can still spend ten points for yourself.")
        before = request.seat and request.seat.before
        way = errors.Way(reverse("split", args=[before]), _("Your last result")) if before else None
        return errors.gone(request, str(ROOM_ENDED), text, way)
    if request.room.is_full and request.room.state == RoomState.OPEN:
        title, text = _("This room is full"), _("You can still spend ten points for yourself.")
        return errors.error_page(request, HTTPStatus.CONFLICT, title, text)
    return None


def _next_page(request: RoomRequest, seat: RoomSeat) -> str:
    """Return the URL of a participant's next page: the future's points, or their result."""
    room = request.room
    waits_for_future = room.asks_future and room.state == RoomState.OPEN and not seat.future
    page = "room_future" if waits_for_future and not seat.late else "room_result"
    return reverse(page, args=[room.code])


def _is_of_another_round(request: RoomRequest) -> bool:
    """Return whether the answer would now count in a round that the form's page didn't name."""
    is_sent = request.method == "POST" and request.room.state == RoomState.OPEN
    return is_sent and promised_round(request.POST) != request.room.round


def _count(room: LiveRoom) -> SafeString:
    """Return the rendered number of answers."""
    return fragment("purposeapp/_room_so_far.html", answers=room.answers)


def _points_page(kind: RoomKind, asked: Question) -> View:
    """Return the view that asks for the ten points of one kind."""
    url_name = {RoomKind.NOW: "room_join", RoomKind.FUTURE: "room_future"}[kind]

    def context(request: RoomRequest, form: TenPointsForm) -> dict[str, Any]:
        is_future, seat = kind == RoomKind.FUTURE, request.seat
        form.earlier = seat.now if is_future and seat else None
        before = seat.before if seat and not is_future else None
        return {
            "room": request.room,
            "count": _count(request.room),
            "kind": kind.value,
            "title": asked.title,
            "lead": asked.lead,
            "action": reverse(url_name, args=[request.room.code]),
            "result": reverse("room_result", args=[request.room.code]),
            "offer": (form.earlier or before) if form.is_blank else None,
            "before": before,
            "was_unsaved": bool(before) and "unsaved" in request.GET,
            "is_new_round": _is_of_another_round(request)
            and not form.has_error(NON_FIELD_ERRORS, NEW_ROUND_CODE),
            "max_hours": MAX_HOURS,
        }

    def blank(request: RoomRequest) -> HttpResponse | None:
        """Return the cached blank page for a new participant: the whole room opens it at once."""
        room = request.room
        if kind == RoomKind.FUTURE or request.seat:
            return None

        def filled(given: Mapping[str, Any]) -> Mapping[str, Any]:
            shown = {name: given[name] for name in ("state", "round", "asks_future")}
            return {
                **given,
                "room": {**shown, "title": given["room_title"]},
                "form": asked.form_class(),
                "kind": kind.value,
                "title": asked.title,
                "lead": asked.lead,
                "max_hours": MAX_HOURS,
            }

        return blank_page(
            request,
            POINTS,
            filled,
            late={
                "room_title": room.title,
                "count": _count(room),
                "action": reverse(url_name, args=[room.code]),
            },
            state=room.state.value,
            round=room.round,
            asks_future=room.asks_future,
        )

    def save(request: RoomRequest, form: TenPointsForm) -> HttpResponse:
        room = request.room
        seat = request.seat or new_seat(request, room)
        round = seat.round if kind == RoomKind.FUTURE else promised_round(request.POST)
        stored = round and RoomAnswer.objects.store(
            room.id, seat=seat.key, kind=kind, split=form.split, round=round
        )
        request.room = room = live_rooms.get(room.code, refresh=True) or room
        if kind == RoomKind.NOW and _is_of_another_round(request):
            raise ValidationError(NEW_ROUND, code=NEW_ROUND_CODE)
        if not stored and not request.seat and room.state == RoomState.ENDED:
            # A participant who came too late sees nothing of the room, but gets their own result.
            text = _("Your points came too late for it, but you can still see your own result.")
            way = errors.Way(reverse("split", args=[form.split]), _("Your result"))
            return errors.gone(request, str(ROOM_ENDED), text, way)
        if kind == RoomKind.NOW:
            seat = seat.in_round(stored or room.round)
        seat = seat.with_answer(kind, form.split, is_late=stored is None)
        response = HttpResponseSeeOther(_next_page(request, seat))
        seat.keep(response, room.code)
        return response

    asks = ten_points_page(
        asked.form_class, POINTS, opening=opening_from_address, context=context, blank=blank
    )(save)

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(asks)
    def view(request: RoomRequest, **kwargs: Any) -> HttpResponse:
        seat = request.seat
        has_now = seat and seat.now and (seat.future or not seat.late)
        if kind == RoomKind.FUTURE and not (has_now and request.room.asks_future):
            url = reverse("room_join", args=[request.room.code])
            is_lost = request.method == "POST" and seat and seat.before
            return HttpResponseSeeOther(f"{url}?unsaved" if is_lost else url)
        if request.method != "POST":
            if refused := _closed(request):
                return refused
            if (
                seat
                and seat.answer(kind)
                and not kwargs.get("typed")
                and "start" not in request.GET
            ):
                return HttpResponseSeeOther(_next_page(request, seat))
        return asks(request, **kwargs)

    view.url_name = url_name  # type: ignore[attr-defined]
    return in_room(view)


now = _points_page(RoomKind.NOW, NOW)
future = _points_page(RoomKind.FUTURE, FUTURE)


@require_http_methods(["GET", "HEAD", "POST"])
def _leave(request: RoomRequest) -> HttpResponse:
    """Ask for confirmation, then delete the participant's answer, while the room is still open.

    After that, a picture may contain the answer. For participants who change their mind, or have
    answered on a second phone.
    """
    room, seat = request.room, request.seat
    here = reverse("room_leave", args=[room.code])
    result = reverse("room_result", args=[room.code])
    has_answered = seat and seat.now
    if has_answered and room.state != RoomState.OPEN:
        return HttpResponseSeeOther(result)
    if request.method != "POST":
        is_deleted = "deleted" in request.GET and not has_answered
        context = {
            "room": room,
            "result": result if has_answered else "",
            "is_deleted": is_deleted,
        }
        return render(request, "purposeapp/room_leave.html", context)
    if seat and not Room(pk=room.id).forget(seat.key):
        return HttpResponseSeeOther(result)
    live_rooms.get(room.code, refresh=True)
    response = HttpResponseSeeOther(f"{here}?deleted" if has_answered else here)
    RoomSeat.give_up(response, room.code)
    return response


_leave.url_name = "room_leave"  # type: ignore[attr-defined]
leave = in_room(_leave)
