"""Same-origin check, by headers that a page of another site can't set."""

from django.conf import settings
from django.http import HttpRequest


def is_same_origin(request: HttpRequest) -> bool:
    """Return whether the browser says that a page of ours sent this form, or contains this link.

    Origin comes with forms, and Sec-Fetch-Site with links too. A request without either is from a
    script or an old browser, and could come from anywhere. A sibling subdomain is another origin,
    although a SameSite cookie is sent with its requests.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site") == "same-origin"
    # The same origins as for Django's CSRF check.
    ours = f"{request.scheme}://{request.get_host()}"
    return origin in [ours, *settings.CSRF_TRUSTED_ORIGINS]
