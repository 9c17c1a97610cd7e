"""The preview of a talk question as the one who asks it reads it, in an example talk."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from purposeapp.advice.coverage import with_points
from purposeapp.discussion.questions import (
    Answers,
    Topic,
    filled,
    findings,
    possible_findings,
    wording_for,
)
from purposeapp.models import TalkQuestion
from purposeapp.split import EVEN_SPLIT, Purpose, Split

from .rendering import render_page

EXAMPLES: dict[Topic, tuple[tuple[int, ...], tuple[int, ...]]] = {
    Topic.NOWS_DIFFER: ((2, 4), (6, 4)),
    Topic.GUEST_MOVES: ((4, 4), (6, 2)),
    Topic.GUEST_STAYS: ((4, 6), (4, 4)),
    Topic.BOTH_GROW: ((2, 4), (1, 6)),
    Topic.GUEST_DROPS: ((2, 6), (6, 2)),
    Topic.GUEST_GROWS: ((6, 2), (2, 6)),
    Topic.PATH: ((2, 2), (6, 2)),
    Topic.INVITER_GUESSED: ((2, 4, 2), (6, 4)),
    Topic.GUEST_GUESSED: ((6, 4), (2, 4, 2)),
    Topic.ALIKE: ((4, 6), (4, 2)),
}
"""Example points on the question's purpose, of the inviter and the guest.

For each side: now, in the future and, if the topic is a guess, its guess of the other side's now.
"""


class Side(NamedTuple):
    """One side's answers, in the form that the talk's table needs."""

    title: str
    now: Split
    future: Split
    guess: Split | None
    """The other side's guess of `now`."""


@require_safe
def talk_question_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the saved question with placeholders filled in, and if it's the one that is asked."""
    question = get_object_or_404(TalkQuestion, pk=pk)
    purposes = [each.purpose for each in possible_findings() if wording_for(each, [question])]
    context: dict = {"question": question, "purposes": purposes}
    if purposes:
        given = request.GET.get("purpose")
        purpose = next((each for each in purposes if each == given), purposes[0])
        context |= _example(question, purpose)
    return render_page(
        request, "admin/talk_question_preview.html", _("Preview"), context, model=TalkQuestion
    )


def _example(question: TalkQuestion, purpose: Purpose | None) -> dict:
    """Return the context of an example talk to which the question's topic and purpose apply."""
    name = _("Alex")
    inviter, guest = (
        Answers(
            *(
                with_points(purpose or Purpose.BUSINESS_DRIVEN, points, like=EVEN_SPLIT)
                for points in side
            )
        )
        for side in EXAMPLES[Topic(question.topic)]
    )
    finding = next(
        each
        for each in findings(inviter, guest)
        if (each.topic, each.purpose) == (question.topic, purpose)
    )
    others = TalkQuestion.objects.published().exclude(pk=question.pk)
    return {
        "purpose": purpose,
        "name": name,
        "guest": _("your guest"),
        "asked": [filled(question, finding, name)],
        "goes_first": wording_for(finding, [*others, question]) is question,
        "sides": [
            Side(name, inviter.now, inviter.future, guest.guess),
            Side(_("Your guest"), guest.now, guest.future, inviter.guess),
        ],
    }
