"""LinkedIn sign-in and its callback: allauth's views, with handling of provider failures."""

from allauth.decorators import rate_limit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import (
    OAuth2CallbackView,
    OAuth2LoginView,
    OAuth2View,
)
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from requests import RequestException

from purposeapp.accounts.linkedin import OAuth2Adapter, provider_failed

from .reauthentication import requires_reauthentication


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
    return _or_say_that_it_failed(OAuth2CallbackView, request, provider_id)


def _or_say_that_it_failed(
    view: type[OAuth2View], request: HttpRequest, provider_id: str
) -> HttpResponse:
    try:
        return view.adapter_view(OAuth2Adapter(request, provider_id))(request)
    except (OAuth2Error, RequestException) as error:
        return provider_failed(request, error)
