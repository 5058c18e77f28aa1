"""Who is calling, as the real server hands it over: several header lines, and what a client forged."""

import re
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from steerleads.tests.servers import running_server

pytestmark = pytest.mark.on_one_database

PLACE = "203.0.113.7"
BEHIND_A_PROXY = {"TRUSTED_PROXIES": "127.0.0.1"}


@pytest.fixture(scope="module")
def server(django_db_setup):
    with running_server(env=BEHIND_A_PROXY) as found:
        yield found


def ask(server, method, path, lines, body=None):
    """(status, headers in lower case, text) of a request with these header lines, in their order, names repeated or not."""
    client = HTTPConnection("127.0.0.1", server.port, timeout=30)
    client.putrequest(method, path)
    for name, value in lines:
        client.putheader(name, value)
    if body is not None:
        client.putheader("Content-Length", str(len(body)))
    client.endheaders(body)
    response = client.getresponse()
    text = response.read().decode(errors="replace")
    client.close()
    return response.status, response, text


def sign_in_statuses(server, times, *forwarded):
    """Of wrong passwords for one name that nobody has, with a line of X-Forwarded-For for each of `forwarded(n)`."""
    _status, page, text = ask(server, "GET", "/admin/login/", [])
    cookie = page.getheader("Set-Cookie").partition(";")[0]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)[1]
    found = []
    for n in range(times):
        form = {"username": "nobody@casa.example", "password": "wrong", "csrfmiddlewaretoken": token}
        lines = [("X-Forwarded-For", line(n)) for line in forwarded]
        lines += [("Cookie", cookie), ("Content-Type", "application/x-www-form-urlencoded")]
        found.append(ask(server, "POST", "/admin/login/", lines, urlencode(form).encode())[0])
    return found


def test_the_proxys_line_comes_last_and_wins_over_those_that_a_client_sent(server):
    forged, real = (lambda n: f"8.8.8.{n}"), (lambda n: f"{PLACE}:{51000 + n}")
    assert sign_in_statuses(server, 6, forged, real) == [200] * 4 + [429] * 2
    # The same in one line; and from another place there is room.
    assert sign_in_statuses(server, 1, lambda n: f"9.9.9.9, {PLACE}") == [429]
    assert sign_in_statuses(server, 1, forged, lambda n: "203.0.113.8") == [200]


def test_of_several_lines_of_the_scheme_the_last_counts():
    lines = ("X-Forwarded-For", PLACE), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Proto", "http")
    with running_server(env={**BEHIND_A_PROXY, "SECURE_SSL_REDIRECT": "1"}) as server:
        for order, status in ((lines, 301), (lines[::-1], 200)):
            assert ask(server, "GET", "/admin/login/", order)[0] == status
