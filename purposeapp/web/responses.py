"""Responses that several views share: attachments and a 303 redirect."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain

from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.utils.http import content_disposition_header

BLOCK_LENGTH = 64 * 1024
"""The characters of a file that are sent at once. Smaller blocks would compress worse."""


def attachment(content: str | bytes, *, filename: str, content_type: str) -> HttpResponse:
    """Return a file that a browser saves as `filename` instead of showing it (RFC 6266)."""
    disposition = content_disposition_header(True, filename)
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": disposition}
    )


def streamed_attachment(
    parts: Iterator[str], *, filename: str, content_type: str
) -> HttpResponse | StreamingHttpResponse:
    """Return an attachment as a stream, with at most two blocks in memory.

    The first two blocks are generated before the response starts. So a short file is sent as a
    whole with its length, and a database outage is still an error page. A later outage aborts the
    response, which tells the browser that the file is incomplete.
    """
    blocks = _in_blocks(parts)
    first, second = next(blocks), next(blocks, None)
    if second is None:
        return attachment(first, filename=filename, content_type=content_type)
    return StreamingHttpResponse(
        chain([first, second], blocks),
        content_type=content_type,
        headers={"Content-Disposition": content_disposition_header(True, filename)},
    )


def _in_blocks(parts: Iterator[str]) -> Iterator[bytes]:
    block, size = [], 0
    for part in parts:
        block.append(part)
        size += len(part)
        if size >= BLOCK_LENGTH:
            yield "".join(block).encode()
            block, size = [], 0
    yield "".join(block).encode()


class HttpResponseSeeOther(HttpResponseRedirect):
    """A 303 redirect to the page to show after a POST has been processed."""

    status_code = HTTPStatus.SEE_OTHER
