"""Honours `Accept-Encoding` (RFC 9110, 12.5.3) as far as its weights say "not this one"."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

HEADER = "HTTP_ACCEPT_ENCODING"
REFUSED = re.compile(r";\s*q\s*=\s*0(\.0*)?\s*(;|$)", re.IGNORECASE)


def drop_refused_encodings(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Take codings of weight zero, such as `gzip;q=0`, out of the header.

    Whatever compresses behind it (the page cache, WhiteNoise, Django's GZipMiddleware) looks for
    the name of a coding alone.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "q" in (accepted := request.META.get(HEADER, "")).lower():
            codings = [each for each in accepted.split(",") if not REFUSED.search(each)]
            request.META[HEADER] = ",".join(codings)
        return get_response(request)

    return middleware
