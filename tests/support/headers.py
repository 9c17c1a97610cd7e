"""Headers of requests from our own pages; the security headers that every response must have."""

ORIGIN = {"origin": "http://testserver"}
"""Sent by browsers with a form of one of our pages."""
OWN_LINK = {"sec-fetch-site": "same-origin"}
"""Sent by browsers when a link on one of our pages is followed."""

OF_ONE_RESPONSE = {"Expires", "X-Request-ID"}
"""Headers that differ between equal responses: the time, and the id in the log."""

YEAR_S = 60 * 60 * 24 * 365


def alike(response) -> dict[str, str]:
    """Return a response's headers, without those that differ between equal responses."""
    return {name: value for name, value in response.headers.items() if name not in OF_ONE_RESPONSE}


def check(response, *, is_secure: bool = False) -> None:
    """Assert that a response has all security headers; over HTTPS, HSTS too."""
    headers = response.headers
    where = (response.request["PATH_INFO"], response.status_code)
    assert headers.get("X-Content-Type-Options") == "nosniff", where
    assert headers.get("X-Frame-Options") == "DENY", where
    assert headers.get("Referrer-Policy") in ("same-origin", "no-referrer"), where
    assert headers.get("Cross-Origin-Opener-Policy") == "same-origin", where
    assert "geolocation=()" in headers.get("Permissions-Policy", ""), where
    is_card = where[0].endswith(".png") and where[1] in (200, 304)
    policy = "cross-origin" if is_card else "same-origin"
    assert headers.get("Cross-Origin-Resource-Policy") == policy, where
    csp = headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in csp, where
    assert "unsafe" not in csp, where
    assert headers.get("Strict-Transport-Security", "") == (
        f"max-age={YEAR_S}" if is_secure else ""
    ), where
    if response.status_code >= 400:
        assert is_private(response), where


def is_private(response) -> bool:
    """Whether no shared cache may store a response, nor the browser show it after a sign-out.

    A page that redisplays a submitted form, and one that is asked for every few seconds, are cached
    by the browser alone, which asks each time if they still hold.
    """
    stored = response.headers["Cache-Control"]
    return "no-store" in stored or stored == "private, no-cache"
