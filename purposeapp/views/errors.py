"""The pages of what went wrong. They say what to do next, and belong to the product."""

from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.shortcuts import render
from django.utils.translation import gettext as _

from purposeapp.split import Purpose

from . import goal, paper, questionnaire, what_if

REDISPLAYS = {
    "questionnaire": questionnaire.redisplay,
    "goal": goal.redisplay,
    "assessment_add": paper.redisplay,
    "what_if": what_if.redisplay,
}
"""Pages with ten points on them, by the name of their address: nobody has to spend them again."""


def bad_request(request, exception):
    """400, or 413 for a body that is larger than any form of ours."""
    if isinstance(exception, RequestDataTooBig):
        return _page(
            request,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            _("That was too much"),
            _("What was sent is larger than anything that this site takes. Nothing was stored."),
        )
    return _page(
        request,
        HTTPStatus.BAD_REQUEST,
        _("That could not be read"),
        _("Something in what was sent is damaged. Nothing was stored; please try again."),
    )


def forbidden(request, exception):
    """403: signed in, but not for this."""
    return _page(
        request,
        HTTPStatus.FORBIDDEN,
        _("This is not open to you"),
        _("Your account has no key to this page. If it should have one, ask who runs this site."),
    )


def csrf_failure(request, reason=""):
    """403 for a form whose proof of origin is missing or stale, such as after signing in."""
    name = request.resolver_match.url_name
    # Other forms stand on these pages too, such as the one that gives a goal up.
    has_points = not request.POST.keys().isdisjoint(Purpose.values)
    may_go_on = request.user.is_authenticated or name == "questionnaire"
    if name in REDISPLAYS and has_points and may_go_on:
        return REDISPLAYS[name](request)
    return _page(
        request,
        HTTPStatus.FORBIDDEN,
        _("This form has grown old"),
        _(
            "It was opened before you signed in or out, or cookies are switched off, so nothing "
            "was stored. Go back, reload the page and send it again."
        ),
    )


def not_found(request, exception):
    """404: nothing here, or nothing that is yours."""
    return _page(
        request,
        HTTPStatus.NOT_FOUND,
        _("There is nothing here"),
        _("The address may be mistyped, or what stood here is gone."),
    )


def unprocessable(request):
    """422: the value of a button that no page of ours has."""
    return _page(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("That is not one of the answers"),
        _("What was sent can't be stored as it is. Nothing was stored; please try again."),
    )


def too_many_requests(request):
    """429: a limit on sign-in, sign-up or mails is used up for now."""
    return _page(
        request,
        HTTPStatus.TOO_MANY_REQUESTS,
        _("Too many tries"),
        _("That was too often in too short a time. Please wait a few minutes, then try again."),
    )


def server_error(request):
    """500: our fault. The page asks nothing of the database, which may be the reason."""
    request.is_public = True  # so that the header does not ask who is signed in
    return _page(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("Something broke on our side"),
        _("It was not you. Please try again in a moment."),
    )


def _page(request, status: HTTPStatus, title: str, text: str):
    return render(request, "error.html", {"title": title, "text": text}, status=status)
