"""The fast path beside Django's way: the same answer to the last header, the same line in the log, or nothing at all."""

import gzip
import io
import re
from datetime import timedelta
from ipaddress import ip_network
from types import SimpleNamespace

import pytest
from django.core.signals import request_started
from django.db import DatabaseError, OperationalError, close_old_connections, connection
from django.utils import timezone

from conftest import TESTER, make_car, make_lead
from leads import actions
from leads.models import Lead, Status
from steerleads import counters, fast_path
from steerleads.dealers.keys import change_key, find_key, forget_cached_keys, revoke_key
from steerleads.dealers.models import ApiKey
from steerleads.fast_path import FastPath
from steerleads.tests.servers import wait_until
from steerleads.wsgi import Handler, application

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(connection.vendor != "sqlite", reason="only on SQLite")]
NOBODY = "550e8400-e29b-41d4-a716-446655440000"
ODD = 'Élodie "أحمد" \\ </script> \u2028 \U0001f697'


class Ways:
    """Two ways for one request: `fast`, which is None if it leaves the request to Django, and `django`."""

    def __init__(self, api):
        self.api = api
        self.remember()

    def remember(self, **changes):
        """Change the key, and have it in memory, as after a request that went Django's way."""
        change_key(self.api.key, changes) if changes else None
        forget_cached_keys()
        find_key(self.api.secret, "127.0.0.1")

    def environ(self, path, **environ):
        """Of a GET. Headers come as a server hands them over; None takes one away."""
        given = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "HTTP_HOST": "localhost",
            "HTTP_AUTHORIZATION": f"Bearer {self.api.secret}",
            "HTTP_X_REQUEST_ID": "req-1",
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            **environ,
        }
        return {name: value for name, value in given.items() if value is not None}

    def fast(self, path, **environ):
        left = []
        answer = _answer_of(FastPath(lambda *args: left.append(args) or []), self.environ(path, **environ))
        return None if left else answer

    def django(self, path, **environ):
        # Django's test client connects it anew after each request, and it would end this test's transaction.
        request_started.disconnect(close_old_connections)
        return _answer_of(Handler(), self.environ(path, **environ))

    def same(self, path, **environ):
        """The answer of both ways, if they are the same."""
        slow, fast = self.django(path, **environ), self.fast(path, **environ)
        assert fast is not None
        if "Content-Encoding" in slow.headers:
            # Its length is a little random, so that nobody can guess by it at what is in it.
            assert abs(int(fast.headers.pop("Content-Length")) - int(slow.headers.pop("Content-Length"))) < 200
        assert (fast.status, fast.headers, fast.body) == (slow.status, slow.headers, slow.body)
        return fast


def _answer_of(application, environ):
    said = []
    body = b"".join(application(environ, lambda status, headers, exc_info=None: said.append((status, headers))))
    status, headers = said[0] if said else (None, [])
    assert len(dict(headers)) == len(headers)
    unpacked = gzip.decompress(body) if ("Content-Encoding", "gzip") in headers else body
    return SimpleNamespace(status=status, headers=dict(headers), body=unpacked)


@pytest.fixture
def ways(api):
    return Ways(api)


@pytest.fixture
def one(lead):
    return f"/v1/leads/{lead.pk}"


@pytest.fixture
def listed(lead):
    return f"/v1/leads/car/{lead.car_id}"


def test_the_server_has_it():
    assert isinstance(application, FastPath)


# --- The same answer -------------------------------------------------------------------------------


def test_one_lead_whatever_is_in_it(ways, civic):
    for status in Status.values:
        lead = make_lead(
            civic, status=status, action=ODD, target_name=ODD, tag=ODD, note=f"a\n\tb {ODD}", order=-(2**31)
        )
        answer = ways.same(f"/v1/leads/{lead.pk}")
        assert answer.status == "200 OK" and str(lead.pk).encode() in answer.body
    whole = make_lead(civic)
    Lead.objects.filter(pk=whole.pk).update(created_at=whole.created_at.replace(microsecond=0))
    ways.same(f"/v1/leads/{whole.pk}")


def test_a_changed_lead_and_its_new_tag(ways, one, lead):
    before = ways.same(one)
    actions.change_lead(lead.dealership, lead.pk, {"note": "He called back"}, actor=TESTER)
    after = ways.same(one)
    assert before.headers["ETag"] != after.headers["ETag"]


def test_a_cars_list_with_its_order_and_without_what_is_archived(ways, civic, casa, listed):
    for order in (3, 1, 2, 1, -5, 3):
        make_lead(civic, order=order)
    actions.archive_lead(casa, make_lead(civic).pk, actor=TESTER)
    make_lead(make_car(civic.dealership, model="Accord"))
    assert ways.same(listed).body.count(b'"targetName"') == 7
    assert ways.same(listed, HTTP_ACCEPT_ENCODING="gzip").headers["Content-Encoding"] == "gzip"


def test_a_car_without_year_and_place(ways, casa):
    car = make_car(casa, overview_year=None, location=None)
    make_lead(car)
    ways.same(f"/v1/leads/car/{car.pk}")


@pytest.mark.parametrize("count", [1000, 1001])
def test_a_list_as_long_as_tags_go_and_longer(ways, civic, count):
    Lead.objects.bulk_create(
        Lead(dealership=civic.dealership, car=civic, action="Call", target_name="Sara", target_info="x", order=order)
        for order in range(count)
    )
    assert ("ETag" in ways.same(f"/v1/leads/car/{civic.pk}").headers) == (count == 1000)


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_HOST": "localhost:8000"},
        {"HTTP_HOST": None, "SERVER_NAME": "localhost"},
        {"HTTP_ACCEPT": "text/html", "HTTP_USER_AGENT": "curl/8", "HTTP_RANGE": "bytes=0-1"},
        {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"},
        {"HTTP_ACCEPT_ENCODING": "gzip;q=0"},
        {"HTTP_ACCEPT_ENCODING": ""},
        {"HTTP_IF_MATCH": '"7"', "HTTP_IF_MODIFIED_SINCE": "Sat, 29 Oct 2044 19:43:31 GMT"},
        {"QUERY_STRING": None},
        {"CONTENT_LENGTH": "2", "CONTENT_TYPE": "application/json", "wsgi.input": io.BytesIO(b"{}")},
        {"wsgi.url_scheme": "https"},
        {"CONTENT_TYPE": "text/plain; x*=nosuch''a"},
    ],
)
def test_whatever_headers_come_along(ways, civic, one, environ):
    long = f"/v1/leads/{make_lead(civic, note='x' * 1000, target_name='Élodie').pk}"
    for path in (one, long):
        ways.same(path, **environ)


def test_a_key_from_a_new_address_is_left_to_django_once(ways, one):
    assert ways.fast(one, REMOTE_ADDR="203.0.113.7") is None
    ways.same(one, REMOTE_ADDR="203.0.113.7")


@pytest.mark.parametrize("sent", [None, "a b", "é", "x" * 129])
def test_a_request_without_a_sane_id_gets_one(ways, one, sent):
    fast, slow = ways.fast(one, HTTP_X_REQUEST_ID=sent), ways.django(one, HTTP_X_REQUEST_ID=sent)
    assert re.fullmatch(r"[0-9a-f-]{36}", fast.headers["X-Request-Id"])
    assert fast.headers.pop("X-Request-Id") != slow.headers.pop("X-Request-Id")
    assert fast == slow


def test_ids_in_capitals_and_the_schemes_name_in_any(ways, api, lead):
    ways.same(f"/v1/leads/{str(lead.pk).upper()}", HTTP_AUTHORIZATION=f"bEARER  {api.secret} ")
    ways.same(f"/v1/leads/car/{str(lead.car_id).upper()}")


def test_behind_a_trusted_proxy(ways, one, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    told = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "41.1.2.3"}
    assert ways.same(one, REMOTE_ADDR="10.0.0.9", **told).headers["Strict-Transport-Security"]
    assert ways.fast(one, REMOTE_ADDR="11.0.0.9", **told) is None
    assert ways.django(one, REMOTE_ADDR="11.0.0.9", **told).status.startswith("403")


def test_the_same_line_in_the_log_and_one_more_in_the_counters(ways, one, listed, caplog):
    for path in (one, listed):
        caplog.clear()
        before = counters.totals()["2xx"]
        with caplog.at_level("INFO", "steerleads.access"):
            ways.same(path)
        slow, fast = caplog.records
        assert fast.getMessage() == slow.getMessage() and fast.levelname == slow.levelname == "INFO"
        assert {**fast.facts, "ms": 0} == {**slow.facts, "ms": 0} and {"ms", "key"} < fast.facts.keys()
        assert counters.totals()["2xx"] == before + 2


# --- One request of the hour, either way -----------------------------------------------------------


def test_a_limited_key_counts_each_request_once(ways, one):
    ways.remember(hourly_limit=1000)
    limit = lambda answer: [answer.headers[f"RateLimit-{name}"] for name in ("Limit", "Remaining")]  # noqa: E731
    assert ways.fast(one) is None  # the first lease is Django's to take
    assert limit(ways.django(one)) == ["1000", "999"]
    assert limit(ways.fast(one)) == ["1000", "998"]
    assert ways.fast(f"/v1/leads/{NOBODY}") is None
    assert limit(ways.fast(one)) == ["1000", "997"]
    assert set(ways.fast(one).headers) == set(ways.django(one).headers)


def test_what_the_hour_has_not_left_is_djangos_to_refuse(ways, one):
    ways.remember(hourly_limit=2)
    assert ways.django(one).status == ways.django(one).status == "200 OK"
    assert ways.fast(one) is None
    assert ways.django(one).status.startswith("429")


def test_it_asks_for_the_lead_and_for_nothing_else(ways, one, listed, django_assert_num_queries):
    for path in (one, listed):
        with django_assert_num_queries(1):
            assert ways.fast(path)
    forget_cached_keys()
    with django_assert_num_queries(0):
        assert ways.fast(one) is None


# --- Left to Django --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "environ",
    [
        *({"REQUEST_METHOD": method} for method in ("HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PUT")),
        {"QUERY_STRING": "include=car"},
        {"QUERY_STRING": "nonsense"},
        {"HTTP_IF_NONE_MATCH": '"1"'},
        {"HTTP_AUTHORIZATION": None},
        {"HTTP_AUTHORIZATION": "Basic eDp5"},
        {"HTTP_AUTHORIZATION": "Bearer prod_wrong"},
        {"HTTP_AUTHORIZATION": f"Bearer prod_{'x' * 43}"},
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "local host"},
        {"HTTP_HOST": "evil.example", "CONTENT_TYPE": "text/plain; x*=nosuch''a"},
    ],
)
def test_what_is_not_plain(ways, one, listed, environ):
    assert ways.fast(one, **environ) is None
    assert ways.fast(listed, **environ) is None


@pytest.mark.parametrize(
    "path",
    [
        "/v1/leads",
        "/v1/leads/",
        "{one}/",
        "{one}/history",
        "{listed}/",
        "{listed}/reorder",
        "/v1/leads/car/",
        "/v1/leads/{undashed}",
        "/v1/leads/{{{id}}}",
        "/v1/leads/x",
        "{one}\n",
        f"/v1/leads/{NOBODY}",
        f"/v1/leads/car/{NOBODY}",
        "/v1/leads/{foreign}",
        "/v1/leads/car/{foreign_car}",
        "/v1/leads/car/{empty}",
        "/v1/leads/{archived}",
    ],
)
def test_what_has_another_answer(ways, casa, atlas, lead, one, listed, path):
    foreign = make_lead(make_car(atlas))
    archived = make_lead(lead.car)
    actions.archive_lead(casa, archived.pk, actor=TESTER)
    path = path.format(
        **{"one": one, "listed": listed, "id": lead.pk, "undashed": lead.pk.hex, "archived": archived.pk},
        **{"foreign": foreign.pk, "foreign_car": foreign.car_id, "empty": make_car(casa, model="Accord").pk},
    )
    assert ways.fast(path) is None


def test_a_key_that_may_not(ways, one):
    ways.remember(scopes=["leads:write", "vehicles:read"])
    assert ways.fast(one) is None
    ways.remember(scopes=["leads:read"])
    assert ways.fast(one)
    ways.remember(expires_at=timezone.now() - timedelta(seconds=1))
    assert ways.fast(one) is None


def test_a_revoked_key(ways, api, one):
    assert ways.fast(one)
    revoke_key(api.key, now=timezone.now())
    ways.remember()
    assert ways.fast(one) is None


def test_a_key_whose_use_is_to_be_noted(ways, api, one):
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(seconds=59.9))
    ways.remember()
    assert ways.fast(one)
    wait_until(lambda: ways.fast(one) is None, 2)  # sooner than the key is forgotten
    assert ways.django(one).status == "200 OK"
    assert ways.fast(one)


def test_a_list_that_is_too_long_for_one_answer(ways, listed, lead, monkeypatch):
    monkeypatch.setattr("leads.fast_reads.LONGEST_WHOLE", 1)
    assert ways.fast(listed)
    make_lead(lead.car)
    assert ways.fast(listed) is None


@pytest.mark.parametrize(
    "by_hand",
    ["2024-01-15T10:30:00+01:00", "2024-01-15 10:30", "2024-01-15 10:30+01", "2024-01-15 10:30:00.123+01"],
)
def test_a_time_that_somebody_wrote_by_hand(ways, one, listed, lead, by_hand):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_lead SET updated_at = %s WHERE id = %s", [by_hand, lead.pk.hex])
    for path in (one, listed):
        assert ways.fast(path) is None
        assert re.search(rb'"updatedAt":"2024-01-15T\d\d:30:00Z"', ways.django(path).body)


@pytest.mark.parametrize(
    "error", [OperationalError("unable to open database file"), DatabaseError("malformed"), KeyError]
)
def test_whatever_goes_wrong(ways, one, monkeypatch, error):
    def fail(*args):
        raise error

    monkeypatch.setitem(fast_path.READS, None, (fail, *fast_path.READS[None][1:]))
    assert ways.fast(one) is None
