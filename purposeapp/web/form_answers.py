"""Cache-Control of pages that are the response to a POST."""

from collections.abc import Callable

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


def keep_for_back(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Set Cache-Control on the response to a POST so that Back can show it, such as form errors.

    The browser can't fetch such a page again: with `no-store`, it shows an error of its own
    instead. `no-cache` lets it keep the page, but only for its history. The page varies by cookie,
    so it isn't shown after a sign-out or when another user is signed in.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and not 300 <= response.status_code < 400:
            response["Cache-Control"] = "private, no-cache"
            patch_vary_headers(response, ["Cookie"])
            del response["Expires"]
        if getattr(request, "has_signed_out", False):
            # Firefox keeps whole pages for Back, even if they vary by cookie.
            response["Clear-Site-Data"] = '"cache"'
        return response

    return middleware


@receiver(user_logged_out)
def remember_sign_out(sender, request, **kwargs) -> None:
    """Remember that this request signs the user out, so Back must not show their pages."""
    if request:
        request.has_signed_out = True
