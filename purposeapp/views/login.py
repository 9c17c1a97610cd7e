from http import HTTPStatus

from allauth.account import views
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from .errors import RETRY_AFTER_S
from .resumable import Typed, shows_email_again

LOGIN_RETRY_AFTER_S = 5 * 60
"""How long an account takes no passwords after five wrong ones, as the form says."""


@shows_email_again
def login(request: HttpRequest, *, typed: Typed | None = None) -> HttpResponseBase:
    """Sign in, as allauth has it; after too many wrong passwords 429, with the time to wait."""
    if typed:
        return views.LoginView.as_view(**typed.as_initial("login"))(request)
    return _with_limit(views.login(request), field="__all__", retry_after=LOGIN_RETRY_AFTER_S)


def request_login_code(request: HttpRequest) -> HttpResponseBase:
    """Ask for a code, as allauth has it; where that was too often 429, with the time to wait."""
    response = views.request_login_code(request)
    return _with_limit(response, field="email", retry_after=RETRY_AFTER_S)


def confirm_login_code(request: HttpRequest) -> HttpResponseBase:
    """Enter the code, as allauth has it; one that is over leads to where a new one is sent."""
    response = views.confirm_login_code(request)
    start = reverse("account_request_login_code")
    if getattr(response, "url", "") != start:
        return response
    if request.method == "POST":
        list(messages.get_messages(request))  # of three wrong ones allauth says to wait: needless
        messages.warning(request, _("That code no longer works. Ask for a new one."))
    goes_on = request.POST.get("next") or request.GET.get("next")
    return redirect(f"{start}?{urlencode({'next': goes_on})}" if goes_on else start)


def _with_limit(response: HttpResponseBase, *, field: str, retry_after: int) -> HttpResponseBase:
    """The answer; a 429 where its form was refused for too many tries, which allauth has as 200."""
    form = (getattr(response, "context_data", None) or {}).get("form")
    if form and form.is_bound and form.has_error(field, "too_many_login_attempts"):
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response.headers["Retry-After"] = str(retry_after)
    return response
