from collections.abc import Iterable
from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from purposeapp import sentences
from purposeapp.accounts.pending import JUST_RECORDED, pending_results
from purposeapp.advice.fit import Side, Situation
from purposeapp.advice.life_events import ENCOURAGEMENTS
from purposeapp.advice.result import Result
from purposeapp.advice.selection import WrittenTip
from purposeapp.forms import ChangeDayForm, EventForm, NoteForm
from purposeapp.forms.redisplay import restore_typed
from purposeapp.models import Assessment, Goal, LifeEvent, Reminder, Tick, User
from purposeapp.sharing.links import share_split
from purposeapp.web.login_required import login_required_to_post
from purposeapp.web.published import published
from purposeapp.web.requests import AuthenticatedRequest

from .errors import unprocessable
from .recording import ASKED_ABOUT, announce_recorded, dismiss_announcement
from .reminders import remind_in_3_months
from .resumable import Typed, resumable_form


@never_cache
@resumable_form(login_required=True, anchor="#note")
@require_http_methods(["GET", "HEAD", "POST"])
def assessment(
    request: AuthenticatedRequest, id: UUID, *, typed: Typed | None = None
) -> HttpResponse:
    """Show an assessment: result, change since the previous one, form for an event and a note."""
    assessment = Assessment.objects.own(request.user, id)
    if not assessment:
        raise Http404
    event_label = assessment.event_label  # read it first: an invalid form changes the instance
    form = NoteForm(request.POST if request.method == "POST" else None, instance=assessment)
    if form.is_bound and form.is_valid() and form.save():
        words = _("Saved.")
        if {*form.changes} == {"note"}:
            is_empty = not form.changes["note"]
            words = _("Your note is deleted.") if is_empty else _("Your note is saved.")
        messages.success(request, words)
        return redirect(assessment)
    restore_typed(form, typed)
    return _page(request, assessment, event_label, form, typed=typed)


@never_cache
@resumable_form(login_required=True, anchor="#day")
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_day(
    request: AuthenticatedRequest, id: UUID, *, typed: Typed | None = None
) -> HttpResponse:
    """Change the date of an assessment that was done on paper."""
    on_paper = Assessment.objects.for_user(request.user).on_paper()
    assessment = get_object_or_404(on_paper, id=id)
    posted = request.POST if request.method == "POST" else None
    form = ChangeDayForm(posted, assessment=assessment)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("Date saved."))
        return redirect(assessment)
    restore_typed(form, typed)
    note_form = NoteForm(instance=assessment)
    return _page(request, assessment, assessment.event_label, note_form, form, typed_day=typed)


def _page(
    request: HttpRequest,
    assessment: Assessment,
    event_label: str,
    form: NoteForm,
    day_form: ChangeDayForm | None = None,
    typed: Typed | None = None,
    typed_day: Typed | None = None,
) -> HttpResponse:
    """Render the page of an assessment: status 422 if a form is invalid, 409 in a conflict."""
    user = cast(User, request.user)
    if assessment.taken_on and not day_form:
        day_form = ChangeDayForm(assessment=assessment)
    wrong = next((each for each in (form, day_form) if each and each.is_bound), None)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    if form.conflict:
        status = HTTPStatus.CONFLICT
    earlier, later = assessment.neighbours()
    # Progress towards the goal is measured from the latest assessment only.
    towards = None if later else Goal.objects.progress(user, assessment.split)
    situation = Situation(
        split=assessment.split,
        earlier=earlier.split if earlier else None,
        wanted=towards.wanted if towards else None,
        side=user.effective_side,
    )
    # A tick on a tip applies to all of the user's results.
    ticks = Tick.objects.by_tip(user)
    announce_recorded(request, assessment)
    just_recorded = request.session.get(JUST_RECORDED) == str(assessment.id)
    reminder = Reminder.objects.of(user) if just_recorded else None
    community = published().community
    context = {
        "assessment": assessment,
        "alike": community and community.alike_to(assessment.split),
        "asks_what_happened": just_recorded
        and earlier
        and not event_label
        and request.session.get(ASKED_ABOUT) != str(assessment.id),
        "offers_reminder": just_recorded
        and not (reminder and reminder.rhythm != Reminder.Rhythm.OFF),
        "events": [event for event in LifeEvent if event != LifeEvent.OTHER],
        "event_label": event_label,
        "result": _result(assessment, situation, ticks, is_latest=not later),
        "ticks": ticks,
        "side": user.side and Side(user.side),
        "sides": Side,
        "pending": len(pending_results(request.session)),
        "earlier": earlier,
        "tips_done": just_recorded and earlier and _count_done(ticks, earlier, assessment),
        "later": later,
        "is_past": bool(later),
        "change": earlier and sentences.change(assessment.split, earlier.split),
        "progress": towards,
        "form": form,
        "day_form": day_form,
        "wrong": wrong,
        "typed": typed,
        "typed_day": typed_day,
        "share": share_split(assessment.split),
    }
    return render(request, "purposeapp/assessment.html", context, status=status)


@never_cache
@require_POST
@login_required_to_post("assessment", "id")
def assessment_event(request: AuthenticatedRequest, id: UUID) -> HttpResponse:
    """Save the life event since the previous result. An empty choice skips the question."""
    assessment = get_object_or_404(Assessment.objects.for_user(request.user), id=id)
    form = EventForm(request.POST)
    if not form.is_valid():
        return unprocessable(request)
    dismiss_announcement(request)
    request.session[ASKED_ABOUT] = str(assessment.id)
    if event := form.save(assessment):
        words = _("Saved: %(event)s. %(encouragement)s")
        named = {"event": event.label, "encouragement": ENCOURAGEMENTS[event]}
        messages.success(request, words % named)
    else:
        messages.success(request, _("Thanks. We won't ask again for this result."))
    return redirect(assessment)


@never_cache
@require_POST
@login_required_to_post("assessment", "id")
def assessment_remind(request: AuthenticatedRequest, id: UUID) -> HttpResponse:
    """Set one reminder for three months from now, from the page of a new result."""
    assessment = get_object_or_404(Assessment.objects.for_user(request.user), id=id)
    dismiss_announcement(request)
    remind_in_3_months(request)
    return redirect(assessment)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_delete(request: AuthenticatedRequest, id: UUID) -> HttpResponse:
    """Ask for confirmation, then delete an assessment permanently. Idempotent."""
    mine = Assessment.objects.for_user(request.user)
    if request.method == "POST":
        # Idempotent: a second press finds it deleted. Another user's looks the same.
        deleted, _rows = mine.filter(id=id).delete()
        if deleted:
            messages.success(request, _("Result deleted."))
        return redirect("history")
    assessment = get_object_or_404(mine, id=id)
    context = {"assessment": assessment, "headline": sentences.headline(assessment.split)}
    return render(request, "purposeapp/assessment_delete.html", context)


def _count_done(ticks: dict[int, Tick], earlier: Assessment, later: Assessment) -> int:
    """Return how many tips were ticked as done between two assessments."""
    return sum(
        tick.is_done and earlier.recorded_at < tick.ticked_at < later.recorded_at
        for tick in ticks.values()
    )


def _result(
    assessment: Assessment, situation: Situation, ticks: dict[int, Tick], *, is_latest: bool
) -> Result:
    """Return the result of an assessment.

    The latest one has the tips as published now, since they are there to be done; earlier ones
    keep those of when they were recorded.
    """
    declined = [id for id, tick in ticks.items() if tick.verdict == Tick.Verdict.NOT_FOR_ME]
    staff_wrote = published()
    tips: Iterable[WrittenTip] = (
        staff_wrote.tips.fitting(situation, declined)
        if is_latest
        else staff_wrote.tips_as_seen(assessment.recorded_at, situation, declined)
    )
    return Result(situation, tips, declined, staff_wrote.parts_for(situation.split))
