"""What is said once a result has been recorded, on the page where its person lands."""

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import ordinal
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from purposeapp.models import Assessment

JUST_RECORDED = "just_recorded"
"""Where the session names the result that was recorded last, until its person has said more."""


def redirect_to_recorded(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """To the page of a result that is recorded, which says so. Idempotent, as recording is."""
    count = Assessment.objects.for_user(assessment.user).count()
    words = _("Saved. Your first result.")
    if count > 1:
        words = _("Saved. Your %(ordinal)s result.") % {"ordinal": ordinal(count)}
    messages.success(request, words)
    request.session[JUST_RECORDED] = str(assessment.id)
    return redirect(assessment)
