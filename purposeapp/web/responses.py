"""Responses that more than one page gives."""

from http import HTTPStatus

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import content_disposition_header


def attachment(content: str | bytes, *, filename: str, content_type: str) -> HttpResponse:
    """A file that a browser saves under `filename` instead of showing it (RFC 6266)."""
    disposition = content_disposition_header(True, filename)
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": disposition}
    )


class HttpResponseSeeOther(HttpResponseRedirect):
    """303: what was sent is done, and the page to look at now is there."""

    status_code = HTTPStatus.SEE_OTHER
