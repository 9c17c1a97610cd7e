"""The message and the session state after a result has been recorded."""

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import ordinal
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from purposeapp.accounts.pending import JUST_RECORDED
from purposeapp.models import Assessment, Reminder

ASKED_ABOUT = "asked_about"
"""Session key: the id of the result whose user was last asked what had happened, and answered."""
TO_ANNOUNCE = "to_announce"
"""Session key: the id of a recorded result for which no "Saved" message was shown yet."""


def redirect_to_recorded(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Redirect to the page of a recorded result, and postpone the user's periodic reminder.

    That page says that the result is saved. Idempotent, as recording is.
    """
    Reminder.objects.for_user(request.user).postpone_after(timezone.localdate(assessment.taken_at))
    request.session[JUST_RECORDED] = request.session[TO_ANNOUNCE] = str(assessment.id)
    return redirect(assessment)


def dismiss_announcement(request: HttpRequest) -> None:
    """Drop the "Saved" message, once a button was pressed on the page of the new result."""
    request.session.pop(TO_ANNOUNCE, None)


def announce_recorded(request: HttpRequest, assessment: Assessment) -> None:
    """Add the message that a result is saved, with its ordinal number, on the first page shown.

    The results are counted here because saving would need one more query for it.
    """
    if request.session.get(TO_ANNOUNCE) != str(assessment.id):
        return
    del request.session[TO_ANNOUNCE]
    count = Assessment.objects.for_user(assessment.user).count()
    words = _("Saved. Your first result.")
    if count > 1:
        words = _("Saved. Your %(ordinal)s result.") % {"ordinal": ordinal(count)}
    messages.success(request, words)
