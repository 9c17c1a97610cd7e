"""Generators of hostile input: paths, queries, headers, bodies and raw requests."""

import json
import random
import uuid
from collections.abc import Iterator
from urllib.parse import quote_from_bytes

WORDS = [
    "",
    " ",
    "0",
    "10",
    "-1",
    "1e3",
    "٣",
    "NaN",
    "9" * 40,
    "on",
    "last",
    "6-2-2-0-0",
    "0-0-0-0-10",
    "11-0-0-0--1",
    "new_job",
    "other",
    "off",
    "every_3_months",
    "2026-02-01",
    "0000-00-00",
    "9999-12-31",
    "2003-05-04",
    "1900-02-29",
    "Europe/Berlin",
    "../../etc/passwd",
    "Etc/GMT+14",
    "a@example.org",
    "a@b",
    "@",
    "canary@example.org\nBcc: b@example.org",
    '"><xss7 onload=alert(1)>',
    "<xss7>",
    "</textarea><xss7>",
    "</script><xss7>",
    "javascript:alert(1)",
    "//evil.example/",
    "https://evil.example/",
    "/\\evil.example",
    "/history/",
    "[a](javascript:x) **<xss7>**",
    "{{ settings.SECRET_KEY }}{% load x %}%(x)s{0}",
    "' OR 1=1 --",
    "\x00",
    "a\x00b",
    "\r\nSet-Cookie: a=b",
    "\ud800",
    "\u202eabc",
    "é" * 50,
    "👩‍👩‍👧" * 20,
    "x" * 2_001,
    "x" * 20_000,
    "[]",
    "{}",
    "null",
    '{"a": [[[[[]]]]]}',
]
BYTES = [b"\xff\xfe", b"%ff%fe", b"%", b"%zz", b"\xc0\x80", b"%u0041", b"+", b"&&&", b"=;="]
PARAMETERS = [
    "start", "next", "a", "b", "from", "to", "before", "after", "page", "link", "mailed", "q", "o",
    "p", "all", "e", "_popup", "_to_field", "_changelist_filters", "app_label", "model_name",
    "field_name", "term", "still", "state__exact", "purpose__exact", "user__id__exact", "pk__in",
    "version",
    "state", "code", "error", "process", "scope", "n", "is_staff__exact", "password__startswith",
]  # fmt: skip
FIELDS = [
    "business_driven", "community_spirit", "learning_sponge", "job_seeking", "vanity_project",
    "submission", "account", "note", "event", "event_words", "text", "name", "email", "login",
    "password", "password1", "password2", "oldpassword", "code", "taken_on", "time_zone", "side",
    "verdict", "rhythm", "due_on", "hold", "discard", "step", "next", "file", "action", "index",
    "_selected_action", "select_across", "_save", "_continue", "_addanother", "_popup", "post",
    "version", "confirm", "results", "remember", "is_active", "is_staff", "groups", "purpose",
    "key", "state", "title", "asks_future", "do", "now_business_driven", "future_job_seeking",
    "published_from", "form-TOTAL_FORMS", "form-INITIAL_FORMS", "form-0-id",
]  # fmt: skip
CONTENT_TYPES = [
    "", "text/plain", "application/json", "application/xml", "multipart/form-data",
    "multipart/form-data; boundary=", "multipart/form-data; boundary=\xff",
    "multipart/mixed; boundary=x", "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=hex", "multipart/form-data; boundary=x; charset=",
    "application/x-www-form-urlencoded; charset=\"", "x" * 500, "a/b/c; ;;=",
]  # fmt: skip
DOCUMENTS = [
    {"format": "five-purposes", "version": 1, "assessments": []},
    {"assessments": [{"taken_at": "2026-01-01T00:00:00Z", "split": "6-2-2-0-0"}]},
    {"assessments": [{"id": "x", "points": {"job_seeking": 10}, "note": "\x00<xss7>"}]},
    [[]],
    {"assessments": {"a": 1}, "talks": [None], "time_zone": 3},
]
HEADERS = {
    "HTTP_HOST": ["evil.example", "localhost:99999", "", "a b", "[::1", "localhost\x00", "é"],
    "HTTP_ACCEPT_LANGUAGE": ["xx", "de;q=9", "," * 500, "é", "en-US,en;q=x", "\x00"],
    "HTTP_ACCEPT_ENCODING": ["gzip", "br", "identity;q=0", "*;q=0", "gzip;q=x", ";;", "gzip, br"],
    "HTTP_COOKIE": ["=", ";;;", "seat=", "seat=a.b.1.6-2-2-0-0..0:x:y", "seat=\x00",
                    "sessionid=", "sessionid=\x00", "csrftoken=x; csrftoken=y",
                    "sessionid=" + "a" * 5000, "a=\xff", "messages=x", "sessionid=../../x"],
    "HTTP_IF_NONE_MATCH": ["*", '"x"', 'W/"', ",", '"' * 99, "é"],
    "HTTP_IF_MODIFIED_SINCE": ["x", "Thu, 01 Jan 1970 00:00:00 GMT", "9" * 50,
                               "Fri, 31 Feb 2026 25:61:61 GMT"],
    "HTTP_RANGE": ["bytes=0-0", "bytes=-1", "bytes=x", "bytes=0-1,2-3", "bytes=9-1"],
    "HTTP_ORIGIN": ["null", "http://evil.example", "http://localhost:8000", "x", "http://[", ""],
    "HTTP_REFERER": ["http://localhost:8000/history/", "history", "http://evil.example/", "x",
                     "javascript:x", "http://[", "//", "purposeapp:x", "questionnaire", "é"],
    "HTTP_X_FORWARDED_FOR": ["x", "1.2.3.4, 5.6.7.8", "::1", ","],
    "HTTP_X_FORWARDED_PROTO": ["https", "x"],
    "HTTP_X_FORWARDED_HOST": ["evil.example"],
    "HTTP_X_REQUESTED_WITH": ["XMLHttpRequest"],
    "HTTP_ACCEPT": ["application/json", "*/*", "image/webp", "\x00", "text/html;q=x"],
    "HTTP_SEC_FETCH_SITE": ["same-origin", "cross-site", "x"],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["DELETE"],
    "HTTP_X_CSRFTOKEN": ["f" * 32, "x", "f" * 64, "\xff"],
    "HTTP_AUTHORIZATION": ["Basic x", "Bearer", "\xff"],
    "HTTP_USER_AGENT": ["", "\xff", "x" * 5000],
    "HTTP_X_REQUEST_ID": ["x", "a" * 9000, "\r\nx: y"],
    "HTTP_CONTENT_ENCODING": ["gzip"],
    "HTTP_EXPECT": ["100-continue"],
    "REMOTE_ADDR": ["::1", "fe80::1%eth0", "2001:db8::1", ""],
    "wsgi.url_scheme": ["https"],
    "SERVER_PROTOCOL": ["HTTP/1.0", "HTTP/2"],
}  # fmt: skip


def mutated_path(path: str, choice: random.Random) -> str:
    """Return a slightly changed path, as WSGI passes it: bytes decoded as Latin-1."""
    at = choice.randrange(len(path) + 1)
    piece = choice.choice(["/", "//", "..", "%", "\x00", "\xff", "\xc3\xa9", "é", ";", "?", "#",
                           " ", "\n", "a" * 3000, "%2e%2e/", "\\", "\uff0e", "\ud800"])  # fmt: skip
    changed = choice.choice([path[:at] + piece + path[at:], path[:at], path[at:], path + piece])
    return changed.encode("utf-8", "surrogatepass").decode("latin-1") or "/"


def query_of(choice: random.Random) -> str:
    """Return an empty query, or some parameters that our pages or Django's admin know."""
    if choice.random() < 0.5:
        return ""
    if choice.random() < 0.1:
        return choice.choice(BYTES).decode("latin-1") * choice.randrange(1, 4)
    pairs = choice.choices(PARAMETERS, k=choice.randrange(1, 4))
    return "&".join(f"{name}={quote_from_bytes(_encoded(word(choice)))}" for name in pairs)


def word(choice: random.Random) -> str:
    """Return one of WORDS, or now and then a random UUID."""
    if choice.random() < 0.1:
        return str(uuid.UUID(int=choice.getrandbits(128)))
    return choice.choice(WORDS)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def headers_of(choice: random.Random) -> dict[str, str]:
    """Return none to four headers, with values that browsers wouldn't send."""
    names = choice.sample(list(HEADERS), k=choice.choice([0, 0, 1, 1, 2, 4]))
    return {name: choice.choice(HEADERS[name]).encode().decode("latin-1") for name in names}


def body_of(
    known: dict[str, str], always: dict[str, str], choice: random.Random
) -> tuple[bytes, str]:
    """Return a body and its content type: mostly a page's own form, with some of it changed."""
    fields = dict(known)
    points = choice.choice(["6-2-2-0-0", "0-0-0-0-10", "3-3-3-3-3"]).split("-")
    if choice.random() < 0.5:
        fields |= dict(zip(FIELDS[:5], points, strict=True))
    for name in choice.sample(list(fields), k=min(len(fields), choice.randrange(4))):
        if choice.random() < 0.3:
            del fields[name]
        else:
            fields[name] = word(choice)
    for name in choice.sample(FIELDS, k=choice.randrange(4)):
        fields[name] = word(choice)
    fields |= always
    pairs = list(fields.items())
    if choice.random() < 0.1:
        pairs += choice.choices(pairs or [("a", "b")], k=2)
    kind = choice.random()
    if kind < 0.6:
        body = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs).encode()
        content_type = "application/x-www-form-urlencoded"
    elif kind < 0.9:
        body, content_type = _multipart(pairs, choice)
    else:
        body, content_type = json.dumps(dict(pairs)).encode(), "application/json"
    if choice.random() < 0.07:
        content_type = choice.choice(CONTENT_TYPES)
    if choice.random() < 0.07:
        body = body[: choice.randrange(len(body) + 1)]
    if choice.random() < 0.05:
        at = choice.randrange(len(body) + 1)
        body = body[:at] + choice.choice(BYTES) + body[at:]
    if choice.random() < 0.005:
        body += b"&a=" + b"x" * 300_000
    if choice.random() < 0.005:
        body += b"&a=b" * 2_000
    return body, content_type


def _quoted(text: str) -> str:
    return quote_from_bytes(_encoded(text))


def _multipart(pairs: list[tuple[str, str]], choice: random.Random) -> tuple[bytes, str]:
    parts = []
    for name, value in pairs:
        parts.append(_part(f'name="{name}"', "", _encoded(value)))
    if choice.random() < 0.5:
        document = json.dumps(choice.choice(DOCUMENTS)).encode()
        content = choice.choice([document, b"taken_at,note\r\n=1,2\r\n", b"\xff\xfe\x00", b""])
        file = choice.choice(["a.json", "a.csv", "", "../../x", "\x00", "é.json", 'a"b'])
        kind = choice.choice(["application/json", "text/csv", "x", "image/png"])
        parts.append(_part(f'name="file"; filename="{file}"', f"Content-Type: {kind}\r\n", content))
    end = choice.choice([b"--x--\r\n"] * 8 + [b"", b"--x"])
    return b"".join(parts) + end, "multipart/form-data; boundary=x"


def _part(disposition: str, more: str, content: bytes) -> bytes:
    head = f"--x\r\nContent-Disposition: form-data; {disposition}\r\n{more}\r\n"
    return head.encode() + content + b"\r\n"


def raw_requests(choice: random.Random, port: int) -> Iterator[bytes]:
    """Yield raw requests that no HTTP library sends, for the HTTP parser and the code behind it."""
    lines = [
        b"GET / HTTP/1.1", b"POST / HTTP/1.1", b"GET /history/ HTTP/1.0", b"GET /", b"", b"\x00",
        b"GET  / HTTP/1.1", b"GET / HTTP/9.9", b"PRI * HTTP/2.0", b"CONNECT a:1 HTTP/1.1",
        b"OPTIONS * HTTP/1.1", b"GET http://evil.example/ HTTP/1.1", b"GET //x/../.. HTTP/1.1",
        b"GET /\xff\xfe HTTP/1.1", b"GET /%00 HTTP/1.1", b"GET /" + b"a" * 9000 + b" HTTP/1.1",
        b"get / http/1.1", b"TRACE / HTTP/1.1", b"GET /splits/6-2-2-0-0/?" + b"&" * 3000,
        b"HEAD /splits/6-2-2-0-0.png HTTP/1.1", b"GET /static/%2e%2e/%2e%2e/etc/passwd HTTP/1.1",
        b"POST /history/import/ HTTP/1.1", b"POST /accounts/login/ HTTP/1.1",
    ]  # fmt: skip
    heads = [
        b"Host: localhost:%d" % port, b"Host: a\r\nHost: b", b"Host:", b"Content-Length: 5",
        b"Content-Length: -1", b"Content-Length: 5\r\nContent-Length: 6", b"Content-Length: +5",
        b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked, identity",
        b"X" * 9000 + b": y",
        b"Transfer-Encoding: xchunked", b": x", b"a b: c", b" folded", b"X: \x00", b"X: \xff",
        b"Connection: upgrade\r\nUpgrade: h2c", b"Connection: close", b"Cookie: " + b"a=b; " * 900,
        b"Expect: 100-continue", b"Content-Type: multipart/form-data; boundary=x", b"X\ty: z",
        b"\r\n".join(b"X%d: y" % number for number in range(150)), b"Range: bytes=0-0",
        b"Content-Type: application/x-www-form-urlencoded", b"X-Forwarded-For: \xff",
    ]  # fmt: skip
    bodies = [b"", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"5\r\nhel", b"zz\r\n", b"\xff" * 2000,
              b"ffffffffffffffff\r\nx", b"0\r\nX: y\r\n\r\n", b"GET /healthz HTTP/1.1\r\n\r\n",
              b"-1\r\n\r\n", b"a=b", b"x" * 100_000]  # fmt: skip
    ends = [b"\r\n"] * 8 + [b"\n", b"\r"]
    while True:
        end = choice.choice(ends)
        chosen = choice.choices(heads, k=choice.randrange(5))
        if choice.random() < 0.6:
            chosen.insert(0, heads[0])
        yield end.join([choice.choice(lines), *chosen, b"", choice.choice(bodies)])
