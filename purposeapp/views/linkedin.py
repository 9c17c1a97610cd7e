"""LinkedIn sign-in, its callback and sign-up: allauth's views, with handling of failures.

Two concurrent requests can both find an address or a LinkedIn account free. Then a unique
constraint lets only one through, and the other one is asked to try again.
"""

from collections.abc import Callable

from allauth.decorators import rate_limit
from allauth.socialaccount import views
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import (
    OAuth2CallbackView,
    OAuth2LoginView,
    OAuth2View,
)
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from requests import RequestException

from purposeapp.accounts.linkedin import OAuth2Adapter, provider_failed

from .reauthentication import requires_reauthentication

TAKEN_MEANWHILE = _("Something changed while you were signing in. Please try again.")


@require_http_methods(["GET", "POST"])
@rate_limit(action="login")
@never_cache
@requires_reauthentication
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Show a confirmation button on GET, and redirect to LinkedIn on POST."""
    return _or_say_that_it_failed(OAuth2LoginView, request, provider_id)


@require_GET
@never_cache
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Handle LinkedIn's OAuth 2 callback: exchange the code for a name and an email address."""
    return _unless_taken(
        request, lambda: _or_say_that_it_failed(OAuth2CallbackView, request, provider_id)
    )


def signup(request: HttpRequest) -> HttpResponse:
    """Ask for an email address for the new account, if LinkedIn gave none."""
    return _unless_taken(request, lambda: views.signup(request))


def _unless_taken(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the answer or, if another request was first, a redirect to where LinkedIn's button is.

    allauth can't repeat its answer: the callback's code is used up.
    """
    try:
        return answer()
    except IntegrityError:
        messages.warning(request, TAKEN_MEANWHILE)
        signed_in = request.user.is_authenticated
        return redirect("socialaccount_connections" if signed_in else "account_login")


def _or_say_that_it_failed(
    view: type[OAuth2View], request: HttpRequest, provider_id: str
) -> HttpResponse:
    try:
        return view.adapter_view(OAuth2Adapter(request, provider_id))(request)
    except (OAuth2Error, RequestException) as error:
        return provider_failed(request, error)
