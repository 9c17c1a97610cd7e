"""Cache-Control of the page that answers a POST."""

from collections.abc import Callable

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


def keep_for_back(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Cache-Control for the answer to a POST, so that Back shows it again, such as one with errors.

    Such a page can't be fetched anew: a browser that was told to store nothing (`no-store`) shows
    an error of its own instead. `no-cache` lets it keep the page for its history alone. It varies
    by cookie, so that after a sign-out, or with somebody else signed in, it is not shown.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and not 300 <= response.status_code < 400:
            response["Cache-Control"] = "private, no-cache"
            patch_vary_headers(response, ["Cookie"])
            del response["Expires"]
        if getattr(request, "has_signed_out", False):
            # Firefox keeps whole pages for Back, whatever cookies they vary by.
            response["Clear-Site-Data"] = '"cache"'
        return response

    return middleware


@receiver(user_logged_out)
def remember_sign_out(sender, request, **kwargs) -> None:
    """Remember that this request ends a session, and with it what Back may show."""
    if request:
        request.has_signed_out = True
