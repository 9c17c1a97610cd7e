"""The WSGI application and its request class."""

from importlib import import_module
from io import BytesIO

import pytest


def status_of(method: str, query: str = "", content_type: str = "", body: bytes = b"") -> int:
    answered = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/",
        "QUERY_STRING": query,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
    }
    # Not imported at the top, since it loads the settings before the tests' own are in place.
    application = import_module("config.wsgi").application
    response = application(environ, lambda status, headers: answered.append(int(status[:3])))
    response.close()
    return answered[0]


@pytest.mark.parametrize(
    "charset", ["hex", "rot13", "base64", "undefined", "idna", "punycode", "unicode_escape", "x"]
)
def test_an_encoding_that_is_none_of_text_is_not_believed(db, charset):
    assert status_of("GET", "a=%ff", f"text/plain; charset={charset}") == 200
    for form in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        assert status_of("POST", "", f"{form}; charset={charset}", b"a=%ff") == 403
