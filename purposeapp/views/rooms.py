"""The host's pages of rooms."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from purposeapp.dates import local_format
from purposeapp.forms import PaperAnswerForm, RoomForm
from purposeapp.forms.redisplay import restore_typed
from purposeapp.forms.room import promised_round
from purposeapp.import_export.room_csv import to_csv
from purposeapp.models import Room
from purposeapp.models.room import (
    LIVE,
    MAX_OPEN_ROOMS,
    NewRoundError,
    RoomState,
    TooFewAnswersError,
    TooManyOpenRoomsError,
)
from purposeapp.models.room_answer import DELETED_WITHIN
from purposeapp.rooms.picture import MIN_ANSWERS
from purposeapp.sharing.links import MailableLink
from purposeapp.sharing.qr import qr_code
from purposeapp.web.blank_page import blank_page
from purposeapp.web.ids import uuid_or_404
from purposeapp.web.private import private
from purposeapp.web.requests import AuthenticatedRequest
from purposeapp.web.responses import HttpResponseSeeOther, attachment

from . import errors
from .paging import Page
from .resumable import Typed, resumable_form

ROOMS = "purposeapp/rooms.html"

PAGE_SIZE = 50

MAX_HOURS = DELETED_WITHIN // timedelta(hours=1)


def _introduction(request: HttpRequest) -> HttpResponse:
    """Show a visitor what a room is before they sign in to open one."""
    context = {"min_answers": MIN_ANSWERS}
    blank = blank_page(request, ROOMS, lambda _late: context, late={}, reads_query=False)
    return blank or render(request, ROOMS, context)


@private
@resumable_form(login_required=True, introduction=_introduction)
@require_http_methods(["GET", "HEAD", "POST"])
def rooms(request: AuthenticatedRequest, *, typed: Typed | None = None) -> HttpResponse:
    """List the host's rooms with their states, and create a new one.

    The list uses keyset pagination: a page begins after the room with the id `after`.
    """
    form, status = RoomForm(), HTTPStatus.OK
    restore_typed(form, typed)
    if request.method == "POST":
        form, status = RoomForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid() and (room := form.save(user=request.user)):
            return HttpResponseSeeOther(reverse("room", args=[room.pk]))
        if form.has_error(NON_FIELD_ERRORS, code="today"):
            status = HTTPStatus.TOO_MANY_REQUESTS
    mine = Room.objects.for_user(request.user).latest_first()
    cursor = request.GET.get("after")
    if cursor:
        mine = mine.after(get_object_or_404(mine, pk=uuid_or_404(cursor)))
    page = Page.of(mine, PAGE_SIZE)
    context = {
        "form": form,
        "typed": typed,
        "rooms": page.rows,
        "older": page.cursor,
        "first_page": not cursor,
        "min_answers": MIN_ANSWERS,
    }
    return render(request, ROOMS, context, status=status)


def _hosted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view of a room for its host. For any other signed-in user it's a 404.

    To delete a room that isn't there leads to the list, whether it was deleted or never theirs.
    """

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, id: uuid.UUID, **kwargs: Any) -> HttpResponse:
        room = Room.objects.for_user(request.user).filter(pk=id).first()
        if not room:
            if request.POST.get("do") == "delete" and request.path == reverse("room", args=[id]):
                return HttpResponseSeeOther(reverse("rooms"))  # deleted by the first of two presses
            raise Http404
        if room.state in LIVE and room.effective_state == RoomState.ENDED:
            room.end()  # `manage.py end_rooms` also does this, if the operator runs it hourly
        return view(request, room, **kwargs)

    return wrapped


def join_url(room: Room) -> str:
    """Return the absolute URL to join a room, for the QR code and for typing."""
    return settings.PUBLIC_URL + reverse("room_join", args=[room.code])


def _mailable_link(url: str) -> MailableLink:
    words = _(
        "Hello,\n\n"
        "What are you on LinkedIn for? Please spend ten points. It takes five minutes, you don't "
        "need an account, and nobody else sees your answer:\n\n"
        "%(url)s\n"
    ) % {"url": url}
    return MailableLink(url, _("Your ten points in our room"), words)


def _in_room(room: Room) -> dict[str, Any]:
    """Return the context that the host's pages of a room share."""
    standing = room.effective_state
    is_live = standing in LIVE
    url = join_url(room) if is_live else ""
    return {
        "room": room,
        "state": standing.value,
        "asks_future": room.asks_future,
        "live": room.as_live() if room.code else None,
        "short_url": settings.PUBLIC_URL.partition("://")[2] + reverse("join") if is_live else "",
        "join_url": url,
        "qr_code": qr_code(url) if url else "",
        "link": _mailable_link(url) if url else None,
        "ends": local_format(room.ends_at, "DATETIME_FORMAT") if is_live else "",
        "min_answers": MIN_ANSWERS,
        "max_hours": MAX_HOURS,
    }


@private
@_hosted
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: AuthenticatedRequest, room: Room) -> HttpResponse:
    """Show a room's state and pictures, and perform the host's actions."""
    if request.method == "POST":
        act = ACTS.get(request.POST.get("do", ""))
        return act(request, room) if act else errors.unprocessable(request)
    rounds = [
        (number, room.pictures.get((number, "now")), room.pictures.get((number, "future")))
        for number in sorted({number for number, _kind in room.pictures}, reverse=True)
    ]
    return render(request, "purposeapp/room.html", {**_in_room(room), "rounds": rounds})


def _open(request: AuthenticatedRequest, room: Room) -> HttpResponse:
    try:
        if room.open():
            messages.success(request, _("The room is open. People can join now."))
    except TooManyOpenRoomsError:
        words = _("You have %(count)d open rooms. End one first.")
        messages.error(request, words % {"count": MAX_OPEN_ROOMS})
    return _to(room)


def _reveal(request: AuthenticatedRequest, room: Room) -> HttpResponse:
    try:
        # A page that names no round is older.
        if room.reveal(round=promised_round(request.POST) or 0):
            messages.success(request, _("The picture is revealed. Everyone sees it now."))
    except NewRoundError:
        words = _("A new round has begun, so nothing was revealed. Look at its answers first.")
        messages.warning(request, words)
    except TooFewAnswersError:
        messages.warning(request, _("There are too few answers to reveal the picture."))
    return _to(room)


def _again(request: AuthenticatedRequest, room: Room) -> HttpResponse:
    if room.begin_round():
        messages.success(request, _("A new round has begun. Everyone starts again."))
    return _to(room)


def _end(request: AuthenticatedRequest, room: Room) -> HttpResponse:
    room.end()  # no message: the page shows the state
    return _to(room)


def _delete(request: AuthenticatedRequest, room: Room) -> HttpResponse:
    if not room.remove():
        return _to(room)
    messages.success(request, _("Room deleted."))
    return HttpResponseSeeOther(reverse("rooms"))


ACTS = {"open": _open, "reveal": _reveal, "again": _again, "end": _end, "delete": _delete}
"""The host's actions, by the value of the button."""


def _to(room: Room) -> HttpResponse:
    return HttpResponseSeeOther(reverse("room", args=[room.pk]))


@cache_control(private=True, no_cache=True)
@_hosted
@require_safe
def screen(request: AuthenticatedRequest, room: Room) -> HttpResponse:
    """Show the projector's page: how to join, the number of answers, and the picture."""
    if room.effective_state == RoomState.DRAFT:
        return _to(room)
    # Rendered as for an anonymous user, so that the projector shows nothing of the host's account.
    context = {**_in_room(room), "is_public": True, "still": "still" in request.GET}
    return render(request, "purposeapp/room_screen.html", context)


@private
@resumable_form(login_required=True)
@_hosted
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: AuthenticatedRequest, room: Room, *, typed: Typed | None = None) -> HttpResponse:
    """Enter the worksheets of participants without a phone, one at a time."""
    if room.effective_state != RoomState.OPEN:
        if request.method == "POST":
            messages.warning(request, _("The room isn't open, so the worksheet wasn't added."))
        return _to(room)
    form, status = PaperAnswerForm(asks_future=room.asks_future), HTTPStatus.OK
    restore_typed(form, typed)
    if request.method == "POST":
        form = PaperAnswerForm(request.POST, asks_future=room.asks_future, round=room.round)
        if form.is_valid() and form.save(room):
            messages.success(request, _("Worksheet added. Here's a blank one for the next."))
            return HttpResponseSeeOther(reverse("room_paper", args=[room.pk]))
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {**_in_room(room), "form": form, "typed": typed}
    return render(request, "purposeapp/room_paper.html", context, status=status)


@private
@_hosted
@require_safe
def guide(request: AuthenticatedRequest, room: Room) -> HttpResponse:
    """Show the facilitator's guide, one page to print."""
    return render(request, "purposeapp/room_guide.html", _in_room(room))


@private
@_hosted
@require_safe
def picture_csv(request: AuthenticatedRequest, room: Room) -> HttpResponse:
    """Export the released pictures of all rounds as CSV, and no unreleased data."""
    content_type = "text/csv; charset=utf-8"
    filename = f"{slugify(room.title, allow_unicode=True) or 'room'}.csv"
    return attachment("".join(to_csv(room)), filename=filename, content_type=content_type)
