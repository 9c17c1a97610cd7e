from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from purposeapp.advice.fit import Side
from purposeapp.forms import SideForm, TickForm
from purposeapp.models import Assessment, Goal, Tick, Tip, User
from purposeapp.split import Purpose
from purposeapp.web.ids import id_or_404
from purposeapp.web.login_required import login_required_to_post
from purposeapp.web.requests import AuthenticatedRequest

from .errors import unprocessable
from .paging import Page
from .tips_to_do import tips_to_do

PAGE_SIZE = 50


@never_cache
@login_required
@require_safe
def tips(request: AuthenticatedRequest) -> HttpResponse:
    """Show the tips to do for the latest result, then those that are done, then those skipped.

    Keyset pagination of the ticks: a page begins after the tick with the id `after`, and has no
    tips to do. The tip with the id `done` was ticked just now, and stays in its place.
    """
    mine = Tick.objects.for_user(request.user).latest_first()
    shown = mine.select_related("tip")
    if cursor := request.GET.get("after"):
        shown = shown.after(get_object_or_404(mine, id=id_or_404(cursor)))
    page = Page.of(shown, PAGE_SIZE)
    context: dict[str, Any] = {
        "ticks": page.rows,
        "older": page.cursor,
        "first_page": not cursor,
    }
    if not cursor:
        context |= _to_do(request.user, request.GET.get("done", ""))
        context["ticks"] = [each for each in page.rows if each.tip_id not in context["in_place"]]
    return render(request, "purposeapp/tips.html", context)


def _to_do(user: User, done: str) -> dict[str, Any]:
    """Return the tips to do as a template context, and whether there is a result to advise on.

    The tip with the id `done` is still among them, with its tick, if the user has done it.
    """
    newest = Assessment.objects.newest_of(user)[:2]
    if not newest:
        return {"latest": None, "to_do": [], "in_place": {}}
    latest, earlier = [*newest, None][:2]
    progress = Goal.objects.progress(user, newest[0].split)
    ticked = Tick.objects.by_tip(user)
    just_done = {id for id, tick in ticked.items() if str(id) == done and tick.is_done}
    to_do = tips_to_do(user, newest[0], earlier, progress, ticked.keys() - just_done)
    shown = {each.tip.id for advice in to_do for each in advice.at_once}
    return {
        "latest": latest,
        "to_do": to_do,
        "in_place": {id: ticked[id] for id in just_done & shown},
        "side": user.side and Side(user.side),
        "sides": Side,
    }


@never_cache
@require_POST
@login_required_to_post("tips")
def tick(request: AuthenticatedRequest, id: int) -> HttpResponse:
    """Tick a tip as done or not for the user, or undo that."""
    tip = get_object_or_404(Tip.objects.once_published(), id=id)
    form = TickForm(request.POST)
    if not form.is_valid():
        return unprocessable(request)
    back = _page_of(request.user, form.cleaned_data["assessment"])
    form.save(user=request.user, tip=tip)
    verdict, assessment = form.cleaned_data["verdict"], form.cleaned_data["assessment"]
    if verdict == TickForm.UNDO and not assessment:
        # The tip has left the list, so go to the beginning of the page.
        messages.success(request, _("Undone. If it still fits you, it's back in your tips."))
        return redirect(f"{back}#main")
    # A tip that has moved to another list or is collapsed: go to its purpose instead.
    moves = verdict == Tick.Verdict.NOT_FOR_ME
    place = Purpose(tip.purpose).slug if moves else f"tip-{tip.pk}"
    query = "" if moves or assessment else f"?done={tip.pk}"
    return redirect(f"{back}{query}#{place}")


@never_cache
@require_POST
@login_required_to_post("tips")
def side(request: AuthenticatedRequest) -> HttpResponse:
    """Save the user's side of job seeking."""
    form = SideForm(request.POST)
    if not form.is_valid():
        return unprocessable(request)
    if form.cleaned_data["settings"]:
        form.save(user=request.user)
        messages.success(request, _("Your side of job seeking is saved."))
        return redirect("settings")
    back = _page_of(request.user, form.cleaned_data["assessment"])
    form.save(user=request.user)
    return redirect(f"{back}#{Purpose.JOB_SEEKING.slug}")


def _page_of(user: User, assessment: UUID | None) -> str:
    """Return the URL of the page with the button: the list, or one of the user's assessments.

    Raises Http404 if the assessment isn't theirs.
    """
    if assessment is None:
        return reverse("tips")
    return get_object_or_404(Assessment.objects.for_user(user), id=assessment).get_absolute_url()
