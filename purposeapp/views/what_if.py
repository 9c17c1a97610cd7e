from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from purposeapp import sentences
from purposeapp.advice.fit import Side, Situation
from purposeapp.advice.life_events import LifeEvent, usual_split
from purposeapp.advice.result import Result
from purposeapp.forms import WhatIfForm
from purposeapp.forms.what_if import SOMETHING, WHAT_IF
from purposeapp.models import Assessment, Goal, Tick
from purposeapp.split import EVEN_SPLIT, Split
from purposeapp.web.published import published

from .ten_points import Opening, opening_from_address, opening_of, ten_points_page


def _opening(request: HttpRequest) -> Opening:
    """Start from the query's split or the last one, changed by the query's life event, if any."""
    last, initial = opening_of(request)
    if initial is None and last:
        initial = last.split.as_dict()
    event = request.GET.get("if", "")
    if event in WHAT_IF:
        now = Split(**initial) if initial else EVEN_SPLIT
        initial = usual_split(LifeEvent(event), now).as_dict()
    start = request.GET.get("start", "")
    return Opening(last, {**(initial or {}), "event": event, "start": start})


def _context(request: HttpRequest, form: WhatIfForm) -> dict[str, Any]:
    """Return the events to start from and their links, which keep `?start=`."""
    start = request.GET.get("start")
    kept = {"start": start} if start else {}
    return {
        "events": [
            (
                LifeEvent(event),
                f"?{urlencode({'if': event, **kept})}",
                event == form["event"].value(),
            )
            for event in WHAT_IF
        ],
    }


def _show_result(request: HttpRequest, form: WhatIfForm) -> HttpResponse:
    query = _query(form.cleaned_data["event"], form.cleaned_data["start"])
    return redirect(reverse("what_if_result", args=[form.split]) + query)


def _query(event: str, start: Split | None) -> str:
    """Return the query string with the life event and the visitor's result, where known."""
    kept = {"if": event, "start": start}
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"?{query}" if query else ""


@never_cache
@ten_points_page(
    WhatIfForm,
    "purposeapp/what_if.html",
    opening=_opening,
    context=_context,
    when_cookies_are_blocked=_show_result,
)
def what_if(request: HttpRequest, form: WhatIfForm) -> HttpResponse:
    """Try out ten points, starting from the last split or another one. Nothing is recorded."""
    return _show_result(request, form)


@never_cache
@require_safe
def what_if_result(request: HttpRequest, split: Split) -> HttpResponse:
    """Show the result of a what-if, the change from the last split, and progress to the goal.

    For someone without a history, it's the split in the query, from whose page they came.
    """
    user = request.user
    last = Assessment.objects.latest_of(user)
    started_from = opening_from_address(request).initial
    start = Split(**started_from) if started_from and not last else None
    earlier = last.split if last else start
    event = request.GET.get("if", "")
    towards = Goal.objects.progress(user, split, is_imagined=True)
    side = user.effective_side if user.is_authenticated else Side.BOTH
    if event == LifeEvent.REDUNDANCY and side is Side.BOTH:
        side = Side.CANDIDATE  # as when it happens, see EventForm
    situation = Situation(
        split,
        earlier=earlier,
        wanted=towards.wanted if towards else None,
        side=side,
        is_imagined=True,
    )
    declined = Tick.objects.for_user(user).declined()
    staff_wrote = published()
    context = {
        "result": Result(
            situation,
            staff_wrote.tips.fitting(situation, declined),
            declined,
            staff_wrote.parts_for(split),
        ),
        "query": _query(event if event in WHAT_IF else "", start),
        "what_if": WHAT_IF.get(event, SOMETHING),
        "last": last,
        "start": start,
        "change": earlier and sentences.change(split, earlier),
        "progress": towards,
    }
    return render(request, "purposeapp/what_if_result.html", context)
