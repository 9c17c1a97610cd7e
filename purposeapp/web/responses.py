"""Responses that more than one page gives."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain

from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.utils.http import content_disposition_header

BLOCK_LENGTH = 64 * 1024
"""Characters of a file that are sent at once: fewer would be compressed worse."""


def attachment(content: str | bytes, *, filename: str, content_type: str) -> HttpResponse:
    """A file that a browser saves under `filename` instead of showing it (RFC 6266)."""
    disposition = content_disposition_header(True, filename)
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": disposition}
    )


def streamed_attachment(
    parts: Iterator[str], *, filename: str, content_type: str
) -> HttpResponse | StreamingHttpResponse:
    """The same, of which no more than two blocks are in memory at any time.

    Those are made at once: a short file goes out whole, with its length, and a database outage is
    an answer of its own. One that comes later breaks the answer off, by which a browser knows that
    the file is not whole.
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
    """303: what was sent is done, and the page to look at now is there."""

    status_code = HTTPStatus.SEE_OTHER
