"""How a request's body reaches Django, and what WSGI is told of the rest: `steerleads.asgi` without a server."""

import asyncio
import time

import pytest
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.test import override_settings

from steerleads import asgi
from steerleads.api.errors import RequestTimeout
from steerleads.serving import bodies
from steerleads.wsgi import Request

pytestmark = pytest.mark.on_one_database

MEBIBYTE = 1024 * 1024
GONE, NOTHING = "gone", "nothing more comes"


@pytest.mark.parametrize("pieces", [[b"{}"], [b"{", b"}"], [b"{", b"", b"}"]])
@pytest.mark.parametrize("headers", [{"content-length": "2"}, {"transfer-encoding": "chunked"}])
def test_a_whole_body_is_read(headers, pieces):
    assert read(pieces, headers) == b"{}"


@pytest.mark.parametrize("path", ["/v1/leads", "/admin/login/"])
@pytest.mark.parametrize(
    ("pieces", "headers"),
    [
        ([b"{}", GONE], {"content-length": "3"}),
        ([b"{}"], {"content-length": "3"}),
        ([b"{}", GONE], {"transfer-encoding": "chunked"}),
    ],
)
def test_a_body_that_breaks_off_reaches_nobody(pieces, headers, path):
    status, _headers, body = answer_of(never_asked, pieces, headers, path)
    assert status == 400 and b"The body broke off before its end." in body
    assert body.startswith(b'{"status":"error"') == path.startswith("/v1")


@pytest.mark.parametrize("headers", [{"content-length": "3"}, {"transfer-encoding": "chunked"}])
@pytest.mark.parametrize("sent", [[], [b"{}"]])
def test_a_body_that_does_not_come_is_a_timeout(headers, sent, monkeypatch):
    monkeypatch.setattr(bodies, "SECONDS_FOR_A_BODY", 0.1)
    with pytest.raises(RequestTimeout):
        read([*sent, NOTHING], headers)


@pytest.mark.parametrize("headers", [{"content-length": str(MEBIBYTE + 1)}, {"transfer-encoding": "chunked"}])
def test_a_body_over_a_mebibyte_is_too_large(headers):
    with pytest.raises(RequestDataTooBig):
        read([b"x" * (MEBIBYTE + 1)], headers)


def test_a_page_whose_body_does_not_come_says_so(monkeypatch):
    monkeypatch.setattr(bodies, "SECONDS_FOR_A_BODY", 0.1)
    status, _headers, body = answer_of(never_asked, [NOTHING], {"content-length": "3"}, path="/admin/login/")
    assert status == 408 and b"within 30 seconds" in body


def test_plain_http_is_judged_before_the_body_is_awaited(monkeypatch, settings):
    settings.SECURE_SSL_REDIRECT = True
    monkeypatch.setattr(asgi, "find_key", lambda secret: "a key that works")
    began = time.monotonic()
    answer_of(answering([b""]), [NOTHING], {"content-length": "3", "authorization": "Bearer prod_x"})
    assert time.monotonic() - began < bodies.SECONDS_FOR_A_BODY / 3


@pytest.mark.parametrize("method", ["PATCH", "patch", "PaTch"])
def test_methods_have_one_letter_case(method):
    assert environ_of([], method=method)["REQUEST_METHOD"] == "PATCH"


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ([("x-forwarded-for", "1.1.1.1")], "1.1.1.1"),
        ([("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2")], "1.1.1.1,2.2.2.2"),
        ([("x-forwarded-for", "1.1.1.1"), ("x_forwarded_for", "6.6.6.6")], "1.1.1.1"),
        ([("x_forwarded_for", "6.6.6.6"), ("x-forwarded-for", "1.1.1.1")], "1.1.1.1"),
        ([("x_forwarded-for", "6.6.6.6")], None),
        ([("x_forwarded_for", "6.6.6.6")], None),
    ],
)
def test_a_name_with_an_underscore_is_no_header_of_ours(sent, seen):
    assert environ_of(sent).get("HTTP_X_FORWARDED_FOR") == seen


def test_lines_of_cookies_are_one():
    assert environ_of([("cookie", "a=1"), ("cookie", "b=2")])["HTTP_COOKIE"] == "a=1; b=2"


@pytest.mark.parametrize(
    ("path", "seen"), [(b"/caf%C3%A9", "/café"), (b"/%ff", "/\udcff"), (b"/a%2Fb", "/a/b"), (b"/a+b", "/a+b")]
)
def test_a_path_is_what_wsgi_makes_of_it(path, seen):
    found = environ_of([], raw_path=path)["PATH_INFO"]
    assert found.encode("latin-1").decode("utf-8", "surrogateescape") == seen


def test_a_caller_cannot_fill_our_memory_with_names_of_headers():
    for number in range(asgi.MOST_NAMES + 10):
        environ_of([(f"x-name-{number}", "1")])
    assert len(asgi._NAMES) <= asgi.MOST_NAMES
    assert environ_of([("x-name-after-all", "1")])["HTTP_X_NAME_AFTER_ALL"] == "1"


def test_failure_inside_an_answer_is_logged_without_its_text(caplog):
    phone = "+212-600-123456"

    def pieces():
        yield b"[1"
        raise ValueError(phone)

    with pytest.raises(asgi.AnswerBrokeOff) as raised:
        answer_of(answering(pieces()))
    assert "An answer broke off" in caplog.text
    assert raised.value.__suppress_context__ and phone not in str(raised.value)


def test_failure_behind_a_whole_answer_does_not_replace_it(caplog):
    answer = HttpResponse(b"[1]")
    answer.close = lambda: 1 / 0
    assert answer_of(answering(answer)) == (200, [], b"[1]")
    assert "Tidying up behind an answer failed" in caplog.text


def test_an_answer_is_made_no_further_once_its_client_has_gone():
    made = []

    def pieces():
        for number in range(1000):
            made.append(number)
            yield b"x" * 1000

    answer_of(answering(pieces()), [GONE])
    assert len(made) < 1000


# --- How ---------------------------------------------------------------------------------------


def answering(answer):
    """A WSGI application that gives this answer."""

    def application(environ, start_response):
        start_response("200 OK", [])
        return answer

    return application


def never_asked(environ, start_response):
    raise AssertionError("the application was asked")


def scope_of(headers, **others):
    headers = headers.items() if isinstance(headers, dict) else headers
    return {
        "type": "http",
        "method": "POST",
        "raw_path": b"/v1/leads",
        "query_string": b"",
        "http_version": "1.1",
        "server": ("127.0.0.1", "8000"),
        "client": ("127.0.0.1", "50000"),
        "scheme": "http",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        **others,
    }


def environ_of(headers, **others):
    return asgi.environ_of(scope_of(headers, **others))


def answer_of(application, pieces=(), headers=(), path="/v1/leads"):
    """(status, headers, body) that the server is told to send."""
    sent, coming = [], iter([*pieces, None])

    async def receive():
        piece = next(coming, NOTHING)
        if piece == NOTHING:
            await asyncio.sleep(3600)
        if piece == GONE:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    async def send(message):
        sent.append(message)
        await asyncio.sleep(0)

    asyncio.run(asgi.Application(application, 2)(scope_of(headers, raw_path=path.encode()), receive, send))
    return sent[0]["status"], sent[0]["headers"], b"".join(message["body"] for message in sent[1:])


def read(pieces, headers):
    """What Django reads as the request's body."""
    found = []

    def application(environ, start_response):
        try:
            found.append(Request(environ).body)
        except Exception as error:
            found.append(error)
        start_response("200 OK", [])
        return []

    with override_settings(SECURE_SSL_REDIRECT=False):
        answer_of(application, pieces, headers, path="/v1/leads" if NOTHING in pieces else "/admin/")
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]
