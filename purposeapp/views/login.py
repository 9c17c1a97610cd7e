from http import HTTPStatus

from allauth.account import views
from django.http import HttpRequest, HttpResponseBase

from .resumable import Typed, shows_email_again


@shows_email_again
def login(request: HttpRequest, *, typed: Typed | None = None) -> HttpResponseBase:
    """Sign in, as allauth has it; what is wrong answers 422, as our other forms do."""
    if typed:
        return views.LoginView.as_view(**typed.as_initial("login"))(request)
    return refused_with_422(request, views.login(request))


def refused_with_422(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer of a view of allauth: 200, where it shows a form again, becomes 422."""
    if request.method == "POST" and response.status_code == HTTPStatus.OK:
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response
