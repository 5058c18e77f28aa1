"""A PostgreSQL that takes no writes: reads are answered, with limited keys and in the browser, and all else is 503."""

import json
import tempfile
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.db import connection

from steerleads.db.tests.test_pooler import SIGN_IN
from steerleads.tests.clients import BODY, sizes
from steerleads.tests.commands import environment, manage, python
from steerleads.tests.databases import SEED
from steerleads.tests.postgres import running_cluster, running_standby
from steerleads.tests.servers import Server, wait_until

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL"),
]
LIMIT = 300
SEED_MORE = """
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import Dealership
print(issue_key(Dealership.objects.get(name="Casa Motors"), "Limited", hourly_limit=%s)[1])
"""


@contextmanager
def read_only(cluster):
    """The cluster, which is told to take no writes."""
    cluster.set_read_only(True)
    yield cluster


@pytest.fixture(scope="module")
def primary():
    with running_cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        env = environment(cluster.url(), folder)
        manage(["migrate", "--verbosity=0"], env)
        cluster.seeds = {name: SimpleNamespace(**seed) for name, seed in json.loads(python(SEED, env)).items()}
        cluster.limited = python(SEED_MORE % LIMIT, env)
        cluster.cookie = python(SIGN_IN, {**env, "SECRET_KEY": "k" * 50})
        yield cluster


@pytest.mark.parametrize(
    "made",
    [pytest.param(read_only, id="read-only"), pytest.param(running_standby, id="standby", marks=pytest.mark.slow)],
)
def test_reads_are_answered_and_all_else_says_why_not(primary, made):
    with tempfile.TemporaryDirectory() as folder, made(primary) as database:
        server = Server(database.url(), folder=folder, env={"SECRET_KEY": "k" * 50}, **primary.seeds)
        try:
            server.start()
            assert_reads_go_on(server, primary)
            assert_writes_are_refused(server, primary)
            ready = server.call("GET", "/readyz")
            assert ready.status == 503 and "takes no writes at the moment" in ready.json()["message"]
            assert server.call("GET", "/healthz").status == 200
        finally:
            server.clean_up()
            primary.set_read_only(False)


def assert_reads_go_on(server, primary):
    car = server.casa.car
    for path in ("/auth/test", "/leads", f"/leads/car/{car}", f"/vehicles/{car}", "/vehicles", "/schema"):
        for key in (server.casa.key, primary.limited):
            answer = server.call("GET", f"/v1{path}", key=key)
            assert answer.status == 200, (path, answer)
    left = [int(ask(server, primary).headers["ratelimit-remaining"]) for _ in range(40)]
    assert left == list(range(left[0], left[0] - 40, -1))
    cookie = {"Cookie": f"sessionid={primary.cookie}"}
    for path in ("/admin/leads/board/", "/admin/leads/board/state/", "/admin/leads/lead/", "/admin/cars/car/"):
        assert server.call("GET", path, headers=cookie).status == 200, path


def assert_writes_are_refused(server, primary):
    for key in (server.casa.key, primary.limited):
        for idempotency in ({}, {"Idempotency-Key": "once"}):
            answer = server.call("POST", f"/v1/leads/car/{server.casa.car}", BODY, key=key, headers=idempotency)
            error = answer.json()["error"]
            assert (answer.status, error["code"]) == (503, "SERVICE_UNAVAILABLE")
            assert "takes no writes at the moment" in error["message"] and int(answer.headers["retry-after"]) > 0


def ask(server, primary):
    return server.call("GET", "/v1/auth/test", key=primary.limited)


@pytest.mark.parametrize("rounds", sizes(1, 3))
def test_what_a_key_used_meanwhile_is_written_down_afterwards(primary, rounds):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(primary.url(), folder=folder, **primary.seeds)
        primary.limited = python(SEED_MORE % LIMIT, server.env)
        try:
            server.start()
            for _ in range(rounds):
                primary.set_read_only(True)
                wait_until(lambda: server.call("GET", "/readyz").status == 503)
                assert {ask(server, primary).status for _ in range(30)} == {200}
                primary.set_read_only(False)
                wait_until(lambda: server.call("GET", "/readyz").status == 200)
                assert {ask(server, primary).status for _ in range(30)} == {200}
            passed = 60 * rounds
            while ask(server, primary).status == 200:
                passed += 1
            assert passed == LIMIT
        finally:
            server.clean_up()
            primary.set_read_only(False)
