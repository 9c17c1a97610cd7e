from http import HTTPStatus

from allauth.account import views
from django.http import HttpRequest, HttpResponseBase

from .resumable import Typed, shows_email_again

LOGIN_RETRY_AFTER_S = 5 * 60
"""How long an account takes no passwords after five wrong ones, as the form says."""


@shows_email_again
def login(request: HttpRequest, *, typed: Typed | None = None) -> HttpResponseBase:
    """Sign in, as allauth has it; after too many wrong passwords 429, with the time to wait."""
    if typed:
        return views.LoginView.as_view(**typed.as_initial("login"))(request)
    response = views.login(request)
    form = (getattr(response, "context_data", None) or {}).get("form")
    if form and form.is_bound and form.has_error("__all__", "too_many_login_attempts"):
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response.headers["Retry-After"] = str(LOGIN_RETRY_AFTER_S)
    return response
