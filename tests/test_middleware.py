import io

from django.http import HttpResponse
from django.test import RequestFactory

from config.middleware import PATIENCE, read_to_the_end


def read_of(size: int) -> int:
    """How much of a body that nobody asked for is read before the answer goes out."""
    body = io.BytesIO(b"x" * size)
    request = RequestFactory().generic("POST", "/")
    request.META["CONTENT_LENGTH"] = str(size)
    request._stream = body
    answer = HttpResponse("no")
    assert read_to_the_end(lambda request: answer)(request) is answer
    return body.tell()


def test_a_body_that_nobody_read_is_read_before_the_answer_goes_out():
    assert read_of(0) == 0
    assert read_of(10_000_000) == 10_000_000


def test_patience_ends():
    assert PATIENCE <= read_of(2 * PATIENCE) <= PATIENCE + 64 * 1024


def test_somebody_who_hangs_up_does_no_harm():
    class Gone(io.BytesIO):
        def read(self, *args):
            raise ConnectionResetError

    request = RequestFactory().generic("POST", "/")
    request._stream = Gone()
    assert read_to_the_end(lambda request: HttpResponse("no"))(request).status_code == 200
