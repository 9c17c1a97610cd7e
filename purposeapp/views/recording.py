"""What is said once a result has been recorded, on the page where its person lands."""

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import ordinal
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from purposeapp.models import Assessment, Reminder

JUST_RECORDED = "just_recorded"
"""Where the session names the result that was recorded last, until its person has said more."""
TO_ANNOUNCE = "to_announce"
"""Where it names a result of which nothing has said yet that it is saved."""


def redirect_to_recorded(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Redirect to a result that was just recorded, and postpone its person's periodic reminder.

    Idempotent, as recording is.
    """
    day = assessment.taken_on or timezone.localdate(assessment.taken_at)
    Reminder.objects.for_user(request.user).postpone_after(day)
    request.session[JUST_RECORDED] = request.session[TO_ANNOUNCE] = str(assessment.id)
    return redirect(assessment)


def has_been_seen(request: HttpRequest) -> None:
    """Take note that somebody pressed a button on the page of a new result: they know of it."""
    request.session.pop(TO_ANNOUNCE, None)


def announce_recorded(request: HttpRequest, assessment: Assessment) -> None:
    """Say that a result is saved, and which one it is of theirs, on the first page that shows it.

    Counted there, since it would be one more statement of what stores it.
    """
    if request.session.get(TO_ANNOUNCE) != str(assessment.id):
        return
    del request.session[TO_ANNOUNCE]
    count = Assessment.objects.for_user(assessment.user).count()
    words = _("Saved. Your first result.")
    if count > 1:
        words = _("Saved. Your %(ordinal)s result.") % {"ordinal": ordinal(count)}
    messages.success(request, words)
