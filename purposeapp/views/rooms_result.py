"""A participant's own result in a room, beside the room's picture, and how it is kept."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from purposeapp import sentences
from purposeapp.advice.fit import Side, Situation
from purposeapp.advice.result import Result
from purposeapp.models.room import LiveRoom, RoomState
from purposeapp.rooms.picture import MIN_ANSWERS
from purposeapp.web.fragments import fragment
from purposeapp.web.latest_version import latest_version
from purposeapp.web.page_cache import result_page
from purposeapp.web.private import private
from purposeapp.web.published import published
from purposeapp.web.responses import HttpResponseSeeOther
from purposeapp.web.room_seat import seat_of
from purposeapp.web.same_origin import is_same_origin

from . import errors
from .rooms_join import RoomRequest, room_with
from .save_result import save_own

RESULT = "purposeapp/room_result.html"


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
    room = room_with(code)
    seat = seat_of(request, room) if room else None
    if not seat or not seat.now:
        return HttpResponseSeeOther(reverse("room_join", args=[code]))
    submission = uuid.uuid5(seat.room, f"{seat.key} {seat.round}")
    return save_own(request, seat.now, submission)
