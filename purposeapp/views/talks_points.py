"""The ten-points pages of a talk: now, the future, and the guess."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from purposeapp.forms.ten_points import TenPointsForm
from purposeapp.models import Assessment, Goal
from purposeapp.models.talk import Outcome
from purposeapp.models.talk_answer import TalkKind
from purposeapp.split import Split
from purposeapp.talks.mail import mail_finished
from purposeapp.web.blank_page import blank_page
from purposeapp.web.responses import HttpResponseSeeOther

from .talks_seat import SeatedRequest, TalkSeat, View, both_ways
from .ten_points import FUTURE, NOW, Opening, Question, opening_from_address, ten_points_page

TEMPLATE = "purposeapp/talk_points.html"


def _offers_now(seat: TalkSeat) -> list[tuple[str, Split]]:
    last = Assessment.objects.latest_of(seat.account)
    return [(gettext("Start from my last result"), last.split)] if last else []


def _offers_future(seat: TalkSeat) -> list[tuple[str, Split]]:
    offers = []
    if goal := Goal.objects.current_of(seat.account):
        offers.append((gettext("Start from my goal"), goal.split))
    if now := seat.mine.get(TalkKind.NOW):
        offers.append((gettext("Start from my current points"), now))
    return offers


GUESS = Question(
    TenPointsForm,
    _("Your guess"),
    _("How do you think %(name)s spends their ten points now? You'll both see how close you came."),
)

QUESTIONS = {TalkKind.NOW: NOW, TalkKind.FUTURE: FUTURE, TalkKind.GUESS: GUESS}
OFFERS: dict[str, Callable[[TalkSeat], list[tuple[str, Split]]]] = {
    TalkKind.NOW: _offers_now,
    TalkKind.FUTURE: _offers_future,
}
"""The splits that a side may start from instead of an empty form, as labels and splits."""


def points_page(kind: TalkKind) -> tuple[View, View]:
    """Return the views for one kind of ten points: by talk id and by guest key."""
    asked = QUESTIONS[kind]

    def opening(request: SeatedRequest) -> Opening:
        return opening_from_address(request, request.seat.mine.get(kind))

    def offers(seat: TalkSeat) -> list[tuple[str, Split]]:
        return OFFERS[kind](seat) if kind in OFFERS else []

    def late(seat: TalkSeat) -> dict[str, str]:
        """Return what differs from talk to talk."""
        lead = asked.lead % {"name": seat.other_name}
        return {"action": seat.url(f"talk_{kind}"), "back": seat.url(), "lead": lead}

    def earlier(seat: TalkSeat) -> Split | None:
        """Return the split to compare with: the current points on the future's page, or None."""
        return seat.mine.get(TalkKind.NOW) if kind == TalkKind.FUTURE else None

    def context(request: SeatedRequest, form: TenPointsForm) -> dict[str, Any]:
        seat = request.seat
        form.earlier = earlier(seat)
        is_new = form.is_blank
        shown = offers(seat) if is_new else []
        return {"kind": kind, "page": asked, "offers": shown, **late(seat)}

    def blank(request: SeatedRequest) -> HttpResponse | None:
        """Return the cached blank page for a side that hasn't answered this kind yet."""
        seat = request.seat
        if kind in seat.mine:
            return None

        def filled(given: Mapping[str, Any]) -> Mapping[str, Any]:
            form = asked.form_class()
            form.earlier = given["earlier"]
            return {**given, "form": form, "kind": kind, "page": asked}

        return blank_page(
            request,
            TEMPLATE,
            filled,
            late=late(seat),
            kind=kind,
            earlier=earlier(seat),
            offers=tuple(offers(seat)),
        )

    def save(request: SeatedRequest, form: TenPointsForm) -> HttpResponse:
        seat = request.seat
        with transaction.atomic():  # the email is put into the outbox only if the answer commits
            outcome = seat.talk.answer(seat.side, kind, form.split)
            if outcome == Outcome.REFUSED:
                return HttpResponseSeeOther(f"{seat.url()}?unchanged")  # this page says why
            seat.mine[kind] = form.split
            if outcome == Outcome.NEWS:
                mail_finished(seat.talk, seat.side)
        return HttpResponseSeeOther(seat.next_url)

    def make(login_required: bool) -> View:
        asks = ten_points_page(
            asked.form_class,
            TEMPLATE,
            login_required=login_required,
            opening=opening,
            context=context,
            blank=blank,
        )(save)

        @wraps(asks)
        def before_agreeing(request: SeatedRequest, **kwargs: Any) -> HttpResponse:
            if hasattr(request, "seat") and request.seat.has_agreed:
                said = "?unchanged" if request.method == "POST" else ""
                return HttpResponseSeeOther(request.seat.url() + said)
            return asks(request, **kwargs)

        return before_agreeing

    return both_ways(make)


now_by_id, now_by_key = points_page(TalkKind.NOW)
future_by_id, future_by_key = points_page(TalkKind.FUTURE)
guess_by_id, guess_by_key = points_page(TalkKind.GUESS)
