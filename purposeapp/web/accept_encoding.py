"""Support for weights of zero in `Accept-Encoding` (RFC 9110, 12.5.3), which refuse an encoding."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

HEADER = "HTTP_ACCEPT_ENCODING"
REFUSED = re.compile(r";\s*q\s*=\s*0(\.0*)?\s*(;|$)", re.IGNORECASE)


def drop_refused_encodings(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Remove encodings with weight zero, such as `gzip;q=0`, from the header.

    The middleware further in that compresses (the page cache, WhiteNoise, Django's GZipMiddleware)
    only looks for the name of an encoding.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "q" in (accepted := request.META.get(HEADER, "")).lower():
            codings = [each for each in accepted.split(",") if not REFUSED.search(each)]
            request.META[HEADER] = ",".join(codings)
        return get_response(request)

    return middleware
