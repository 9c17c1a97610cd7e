"""The ten-points pages of a talk: now, the future, and the guess."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from purposeapp.forms import FutureForm, GuessForm, TalkPointsForm
from purposeapp.models import Assessment, Goal
from purposeapp.models.talk_answer import TalkKind
from purposeapp.split import Split
from purposeapp.web.blank_page import blank_page
from purposeapp.web.responses import HttpResponseSeeOther

from .talks_seat import Seat, SeatedRequest, View, both_ways
from .ten_points import Opening, ten_points_page

TEMPLATE = "purposeapp/talk_points.html"


class Page(NamedTuple):
    """What is asked for on one of the three, in words."""

    form_class: type[TalkPointsForm]
    title: Promise
    lead: Promise
    offers: Callable[[Seat], list[tuple[str, Split]]]
    """What somebody may start from instead of an empty form."""


def _offers_now(seat: Seat) -> list[tuple[str, Split]]:
    last = Assessment.objects.latest_of(seat.account)
    return [(gettext("Start from my last result"), last.split)] if last else []


def _offers_future(seat: Seat) -> list[tuple[str, Split]]:
    offers = []
    if goal := Goal.objects.current_of(seat.account):
        offers.append((gettext("Start from my goal"), goal.split))
    if now := seat.mine.get(TalkKind.NOW):
        offers.append((gettext("Start from my current points"), now))
    return offers


PAGES = {
    TalkKind.NOW: Page(
        TalkPointsForm,
        _("Your ten points now"),
        _("What are you on LinkedIn for today? Spend ten points as things are."),
        _offers_now,
    ),
    TalkKind.FUTURE: Page(
        FutureForm,
        _("Your ten points in the future"),
        _("Where would you like them to be? Spend ten points the way you wish they were."),
        _offers_future,
    ),
    TalkKind.GUESS: Page(
        GuessForm,
        _("Your guess"),
        _("Where do you think their ten points are now? You'll both see how close you came."),
        lambda seat: [],
    ),
}


def points_page(kind: TalkKind) -> tuple[View, View]:
    """The page of one kind of ten points, by id and by key."""
    page = PAGES[kind]

    def opening(request: SeatedRequest) -> Opening:
        try:
            return Opening(None, Split.parse(request.GET.get("start", "")).as_dict())
        except ValueError:
            mine = request.seat.mine.get(kind)
            return Opening(None, mine.as_dict() if mine else None)

    def addresses(seat: Seat) -> dict[str, str]:
        return {"action": seat.url(f"talk_{kind}"), "back": seat.url()}

    def earlier(seat: Seat) -> Split | None:
        """What stands beside the points: to where somebody would like to be, where they are."""
        return seat.mine.get(TalkKind.NOW) if kind == TalkKind.FUTURE else None

    def context(request: SeatedRequest, form: TalkPointsForm) -> dict[str, Any]:
        seat = request.seat
        form.earlier = earlier(seat)
        is_new = not form.points_used and not form.is_bound
        offers = page.offers(seat) if is_new else []
        return {"kind": kind, "page": page, "offers": offers, **addresses(seat)}

    def blank(request: SeatedRequest) -> HttpResponse | None:
        """The page of somebody who has not answered yet."""
        seat = request.seat
        if kind in seat.mine:
            return None

        def filled(given: Mapping[str, Any]) -> Mapping[str, Any]:
            form = page.form_class()
            form.earlier = given["earlier"]
            return {**given, "form": form, "kind": kind, "page": page}

        return blank_page(
            request,
            TEMPLATE,
            filled,
            late=addresses(seat),
            kind=kind,
            earlier=earlier(seat),
            offers=tuple(page.offers(seat)),
        )

    def save(request: SeatedRequest, form: TalkPointsForm) -> HttpResponse:
        seat = request.seat
        if not form.save(seat.talk, seat.side):
            return HttpResponseSeeOther(seat.url())  # which says why
        seat.mine[kind] = form.split
        return HttpResponseSeeOther(seat.next_url)

    def make(login_required: bool) -> View:
        asks = ten_points_page(
            page.form_class,
            TEMPLATE,
            login_required=login_required,
            opening=opening,
            context=context,
            blank=blank,
        )(save)

        @wraps(asks)
        def before_agreeing(request: SeatedRequest, **kwargs: Any) -> HttpResponse:
            if hasattr(request, "seat") and request.seat.has_agreed:
                return HttpResponseSeeOther(request.seat.url())
            return asks(request, **kwargs)

        return before_agreeing

    return both_ways(make)


now_by_id, now_by_key = points_page(TalkKind.NOW)
future_by_id, future_by_key = points_page(TalkKind.FUTURE)
guess_by_id, guess_by_key = points_page(TalkKind.GUESS)
