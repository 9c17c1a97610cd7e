from http import HTTPStatus

from allauth.account import views
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

from purposeapp.accounts.adapter import login_methods
from purposeapp.accounts.limits import WRONG_HERE_S
from purposeapp.web.blank_page import blank_page

from .errors import RETRY_AFTER_S
from .resumable import Typed, shows_email_again


@never_cache
@shows_email_again
def login(request: HttpRequest, *, typed: Typed | None = None) -> HttpResponseBase:
    """allauth's sign-in view. After too many wrong passwords, a 429 with Retry-After."""
    if typed:
        return views.LoginView.as_view(**typed.as_initial("login"))(request)
    if page := _blank(request):
        return page
    return _with_limit(views.login(request), field=NON_FIELD_ERRORS, retry_after=WRONG_HERE_S)


def _blank(request: HttpRequest) -> HttpResponseBase | None:
    """Return the cached blank page for a visitor with an empty session, otherwise None."""
    if request.session.keys():
        return None
    return blank_page(
        request,
        "account/login.html",
        lambda given: {**given, **views.login(request).context_data},
        late={},
        **login_methods(request),
    )


def request_login_code(request: HttpRequest) -> HttpResponseBase:
    """allauth's view to request a login code. After too many codes, a 429 with Retry-After."""
    response = views.request_login_code(request)
    return _with_limit(response, field="email", retry_after=RETRY_AFTER_S)


def _with_limit(response: HttpResponseBase, *, field: str, retry_after: int) -> HttpResponseBase:
    """Return the response, as a 429 if its form was refused for too many tries.

    allauth's status is 200 in that case.
    """
    form = (getattr(response, "context_data", None) or {}).get("form")
    if form and form.is_bound and form.has_error(field, "too_many_login_attempts"):
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response.headers["Retry-After"] = str(retry_after)
    return response
