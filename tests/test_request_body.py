import io

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from purposeapp.web.request_body import BODY_READ_TIMEOUT_S, MAX_DRAIN_BYTES, drain_request_body


def read_of(size: int) -> int:
    """Return how much of an unread request body is drained before the response is sent."""
    body = io.BytesIO(b"x" * size)
    request = RequestFactory().generic("POST", "/")
    request.META["CONTENT_LENGTH"] = str(size)
    request._stream = body
    answer = HttpResponse("no")
    assert drain_request_body(lambda request: answer)(request) is answer
    return body.tell()


def test_a_body_that_nobody_read_is_read_before_the_answer_goes_out():
    assert read_of(0) == 0
    assert read_of(10_000_000) == 10_000_000


def test_patience_ends():
    assert MAX_DRAIN_BYTES <= read_of(2 * MAX_DRAIN_BYTES) <= MAX_DRAIN_BYTES + 64 * 1024


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_body_that_belongs_to_no_form_is_not_waited_for(method):
    request = RequestFactory().generic(method, "/")
    request._stream = io.BytesIO(b"x" * 10)
    drain_request_body(lambda request: HttpResponse("no"))(request)
    assert request._stream.tell() == 0


def test_a_sender_who_falls_silent_is_given_up_and_the_line_is_left_as_it_was():
    class Line:
        limits = []

        def settimeout(self, seconds):
            self.limits.append(seconds)

    request = RequestFactory().generic("POST", "/", **{"gunicorn.socket": Line()})
    drain_request_body(lambda request: HttpResponse("no"))(request)
    assert Line.limits == [BODY_READ_TIMEOUT_S, None]


def test_somebody_who_hangs_up_does_no_harm():
    class Gone(io.BytesIO):
        def read(self, *args):
            raise ConnectionResetError

    request = RequestFactory().generic("POST", "/")
    request._stream = Gone()
    assert drain_request_body(lambda request: HttpResponse("no"))(request).status_code == 200
