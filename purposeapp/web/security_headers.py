"""Security headers for all responses: pages, files, redirects, errors, 304."""

from collections.abc import Callable
from http import HTTPStatus

from csp.constants import HEADER as CSP
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse

RESOURCE_POLICY = "Cross-Origin-Resource-Policy"

UNUSED_FEATURES = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
    "microphone", "midi", "payment", "usb",
)  # fmt: skip
"""Browser features that our pages don't use, and that injected scripts can't use either."""

DEBUG_PAGES = (HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR)


def security_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Add missing security headers. It comes first, so that it sees every response.

    Django's SecurityMiddleware sets most of them, but not on responses from further out: a refused
    host, a redirect to HTTPS, an error in another middleware. The CSP is the same everywhere, so
    django-csp builds it once; its middleware would build it for each response.
    """
    always = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        RESOURCE_POLICY: "same-origin",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES),
    }
    content_policy = build_policy()
    transport = f"max-age={settings.SECURE_HSTS_SECONDS}" if settings.SECURE_HSTS_SECONDS else ""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in always.items():
            response.headers.setdefault(name, value)
        # With DEBUG, Django's error pages have inline styles.
        if not (settings.DEBUG and response.status_code in DEBUG_PAGES):
            response.headers.setdefault(CSP, content_policy)
        if transport and request.is_secure():
            response.headers.setdefault("Strict-Transport-Security", transport)
        is_error = response.status_code >= HTTPStatus.BAD_REQUEST
        if is_error and "private" not in response.headers.get("Cache-Control", ""):
            # The error may be over in a moment.
            response.headers["Cache-Control"] = "no-store"
        elif response.status_code == HTTPStatus.OK:
            # Pages without the header, such as some of allauth's, may be personal.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware
