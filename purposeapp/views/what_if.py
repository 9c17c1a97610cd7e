from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from purposeapp import sentences
from purposeapp.advice.fit import Side, Situation
from purposeapp.advice.result import Result
from purposeapp.forms import WhatIfForm
from purposeapp.forms.what_if import SOMETHING, WHAT_IF
from purposeapp.models import Assessment, Goal, PortraitPart, Tick, Tip
from purposeapp.split import Split

from .questionnaire import start_of


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def what_if(request):
    """Play with the ten points, from the last split or another one; nothing is recorded."""
    last = Assessment.objects.for_user(request.user).latest_first().first()
    earlier = last.split if last else None
    if request.method != "POST":
        start = start_of(request, earlier) or earlier
        initial = {**(start.as_dict() if start else {}), "event": request.GET.get("if", "")}
        return _page(request, WhatIfForm(initial=initial, earlier=earlier))
    if "step" in request.POST:
        return _page(request, WhatIfForm.after_step(request.POST, earlier=earlier))
    form = WhatIfForm(request.POST, earlier=earlier)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    event = form.cleaned_data["event"]
    query = f"?{urlencode({'if': event})}" if event else ""
    return redirect(f"{reverse('what_if_result', args=[form.split])}{query}")


@never_cache
@login_required
@require_safe
def what_if_result(request, split: Split):
    """What a try-out comes to: its result, what it would change, and how far the goal then is."""
    last = Assessment.objects.for_user(request.user).latest_first().first()
    event = request.GET.get("if", "")
    towards = Goal.objects.for_user(request.user).progress(split)
    situation = Situation(
        split,
        earlier=last.split if last else None,
        wanted=towards.wanted if towards else None,
        side=Side(request.user.side or Side.BOTH),
    )
    declined = Tick.objects.for_user(request.user).declined()
    tips = Tip.objects.published().fitting(situation, declined)
    context = {
        "result": Result(
            situation,
            tips,
            declined,
            PortraitPart.objects.published().for_split(split),
        ),
        "event": event if event in WHAT_IF else "",
        "what_if": WHAT_IF.get(event, SOMETHING),
        "last": last,
        "change": last and sentences.change(split, last.split),
        "progress": towards,
    }
    return render(request, "purposeapp/what_if_result.html", context)


def redisplay(request):
    """The form as it was sent, when its proof of origin has grown old."""
    last = Assessment.objects.for_user(request.user).latest_first().first()
    form = WhatIfForm.redisplay(request.POST, earlier=last.split if last else None)
    return _page(request, form, status=HTTPStatus.FORBIDDEN)


def _page(request, form, status=HTTPStatus.OK):
    return render(request, "purposeapp/what_if.html", {"form": form}, status=status)
