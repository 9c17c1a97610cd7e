"""The participants' pages of a room: join by code, spend the ten points, see one's result."""

import uuid
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from purposeapp import sentences
from purposeapp.advice.fit import Side, Situation
from purposeapp.advice.result import Result
from purposeapp.forms import CodeForm
from purposeapp.forms.room import NO_SUCH_ROOM, promised_round
from purposeapp.forms.ten_points import TenPointsForm
from purposeapp.models import Room, RoomAnswer
from purposeapp.models.room import LiveRoom, RoomState
from purposeapp.models.room_answer import RoomKind
from purposeapp.rooms.code import read_code
from purposeapp.rooms.picture import MIN_ANSWERS
from purposeapp.split import Split
from purposeapp.web.blank_page import blank_page
from purposeapp.web.cache import database_cache
from purposeapp.web.fragments import fragment
from purposeapp.web.latest_version import latest_version
from purposeapp.web.live_rooms import live_rooms
from purposeapp.web.page_cache import result_page
from purposeapp.web.private import private
from purposeapp.web.published import published
from purposeapp.web.responses import HttpResponseSeeOther
from purposeapp.web.room_seat import RoomSeat, new_seat, seat_of
from purposeapp.web.same_origin import is_same_origin
from purposeapp.web.visitors import network_of

from . import errors
from .rooms import MAX_HOURS
from .save_result import save_own
from .ten_points import (
    FUTURE,
    NOW,
    Question,
    opening_from_address,
    result_of_points,
    ten_points_page,
)

View = Callable[..., HttpResponse]

POINTS = "purposeapp/room_points.html"
RESULT = "purposeapp/room_result.html"

ROOM_ENDED = gettext_lazy("This room has ended")
NEW_ROUND_CODE = "round"
NEW_ROUND = gettext_lazy(
    "A new round has begun, so your answer isn't sent yet. Press Continue to be part of it."
)

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


def _room_with(code: str) -> LiveRoom | None:
    """Return the room with this code, or None. Malformed codes aren't looked up."""
    clean = read_code(code)
    return live_rooms.get(clean) if clean else None


def _in_room(view: View) -> View:
    """Decorate a view of a room that the URL's code identifies."""

    @private
    @wraps(view)
    def wrapped(request: Any, code: str, **kwargs: Any) -> Any:
        room = _room_with(code)
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
    return _in_room(view)


now = _points_page(RoomKind.NOW, NOW)
future = _points_page(RoomKind.FUTURE, FUTURE)


@result_page
def result(request: RoomRequest, code: str) -> HttpResponse:
    """Show the participant's own result with tips, and the room's number of answers or picture.

    The page is the same for all participants with the same answers, so that a worker polled by a
    thousand phones assembles it from cached fragments.
    """
    if not request.in_room:
        return HttpResponseSeeOther(reverse("room_join", args=[code]))
    room, now, future, late = request.in_room

    def context(given: Mapping[str, Any]) -> Mapping[str, Any]:
        situation = Situation(now, side=Side.BOTH)
        staff_wrote = published()
        tips, parts = staff_wrote.tips.fitting(situation), staff_wrote.parts_for(now)
        return {
            **given,
            "result": Result(situation, tips, parts=parts),
            "moves": list(map(sentences.step, now.moves_to(future))) if future else [],
        }

    url = reverse("room_join", args=[code])
    html = fragment(
        RESULT,
        context=context,
        late={"room": room_part(room), "title": room.title, "url": url},
        is_public=True,
        now=now,
        future=future,
        # Nothing was too late for a picture that there never was.
        late_kind=late if room.now or room.state != RoomState.ENDED else "",
        state=room.state.value,
        asks_future=room.asks_future,
        still=bool(request.META.get("QUERY_STRING")),
        version=latest_version.get(),
    )
    response = HttpResponse(html)
    response["X-Robots-Tag"] = "noindex"
    return response


def room_part(room: LiveRoom) -> str:
    """Return the room's part of a participant's page: the number of answers, or the picture."""
    return fragment(
        "purposeapp/_room_part.html",
        state=room.state.value,
        answers=room.answers,
        min_answers=MIN_ANSWERS,
        asks_future=room.asks_future,
        now=room.now,
        future=room.future,
    )


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
leave = _in_room(_leave)


@private
@csrf_exempt
@require_POST
def keep(request: HttpRequest, code: str) -> HttpResponse:
    """Save the participant's answer to their own history, without further confirmation.

    Exempt from the CSRF token, because the cached page with the button is the same for all
    participants with the same answers. Instead, the form has to come from a page of ours.
    """
    if not is_same_origin(request):
        return errors.csrf_expired(request)
    room = _room_with(code)
    seat = seat_of(request, room) if room else None
    if not seat or not seat.now:
        return HttpResponseSeeOther(reverse("room_join", args=[code]))
    submission = uuid.uuid5(seat.room, f"{seat.key} {seat.round}")
    return save_own(request, seat.now, submission)
