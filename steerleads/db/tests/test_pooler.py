"""Behind PgBouncer in transaction mode: sessions are shared, and nobody leaves one behind that another stumbles over."""

import os
import subprocess
from collections import Counter
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from leads.outbox.tests.test_server import SUBSCRIBE
from leads.webhooks.tests.receivers import receiver
from steerleads.db.postgresql.pooler import is_shared
from steerleads.serving.tests.test_crashes import assert_refused, wait_for_writes
from steerleads.tests import commands
from steerleads.tests.clients import BODY, Client, Writer, assert_nothing_is_lost, meanwhile
from steerleads.tests.poolers import PROGRAM, running_pooler
from steerleads.tests.servers import stopped_server, wait_until

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL"),
    pytest.mark.skipif(not PROGRAM, reason="PgBouncer is not installed"),
]
SIGN_IN = """
from django.test import Client
from steerleads.dealers.models import Dealership, Membership, User
user = User.objects.create_user("sara@casa.ma", "a long password", is_staff=True)
Membership.objects.create(user=user, dealership=Dealership.objects.get(name="Casa Motors"), role="manager")
client = Client()
client.force_login(user, backend="steerleads.dealers.backends.StaffBackend")
print(client.cookies["sessionid"].value)
"""


@pytest.fixture(scope="module")
def pooler():
    with running_pooler(os.environ["DATABASE_URL"]) as pooler:
        yield pooler


@contextmanager
def server_behind(pooler, **how):
    """A running server whose every way to its database is the pooler. `direct_url` goes round it."""
    with stopped_server(workers=2, threads=8, **how) as server:
        server.direct_url = server.database_url
        server.env |= {"DATABASE_URL": pooler.url(server.database_url), "DATABASE_PREPARE": "0"}
        yield server.start()


@contextmanager
def writing(server, number=4):
    car = Client(server).new_car()
    writers = [Writer(server, car) for _ in range(number)]
    with meanwhile(*(writer.run for writer in writers)):
        yield writers


def leave_untidy(server):
    """What pg_dump leaves on the session it was lent."""
    with psycopg.connect(server.env["DATABASE_URL"], autocommit=True, prepare_threshold=None) as stranger:
        stranger.execute("SELECT set_config('search_path', '', false), set_config('lock_timeout', '0', false)")


def is_created(client, car, name):
    """Whether a lead could be created. A session that others left untidy costs a try."""
    return client.send("POST", f"/leads/car/{car}", BODY | {"targetName": name}).status == 201


def backup(server, file, **env):
    return commands.run(["backup", file, "--force"], {**server.env, **env})


def statuses(answers):
    return Counter(answer.status for answer in answers)


def test_it_is_noticed_where_sessions_are_shared_and_only_there(pooler):
    direct, through = os.environ["DATABASE_URL"], pooler.url(os.environ["DATABASE_URL"])
    by = [{"conninfo": urlsplit(url)._replace(path="/postgres").geturl()} for url in (direct, through)]
    assert [is_shared(parameters) for parameters in by] == [False, True]
    with running_pooler(direct, mode="session") as whole:
        assert not is_shared({"conninfo": urlsplit(whole.url(direct))._replace(path="/postgres").geturl()})


def test_the_product_works_behind_it_and_gets_over_what_others_leave(pooler, tmp_path):
    with server_behind(pooler) as server:
        client = Client(server)
        lead = client.new_lead(server.casa.car)
        assert client.ok("PATCH", f"/leads/{lead}", {"note": "x"})["note"] == "x"
        assert len(client.ok("GET", "/leads")) == 1 and client.ok("GET", "/events")
        cookie = {"Cookie": f"sessionid={server.python(SIGN_IN)}"}
        assert server.call("GET", "/admin/leads/board/", headers=cookie).status == 200

        refused = backup(server, tmp_path / "backup")
        assert refused.returncode == 1 and "BACKUP_DATABASE_URL" in refused.stderr
        assert commands.run(["restore", tmp_path / "backup", "--yes"], server.env).returncode == 1
        done = backup(server, tmp_path / "backup", BACKUP_DATABASE_URL=server.direct_url)
        assert done.returncode == 0, done.stderr
        assert statuses(client.send("GET", f"/leads/{lead}") for _ in range(50)) == {200: 50}

        for _ in range(3):
            leave_untidy(server)
        asked = [
            client.send(*call) for _ in range(30) for call in (("GET", f"/leads/{lead}"), ("GET", "/leads?limit=5"))
        ]
        asked += [client.send("PATCH", f"/leads/{lead}", {"note": str(number)}) for number in range(30)]
        assert statuses(asked).keys() <= {200, 503} and statuses(asked)[503] <= 20
        assert statuses(client.send("GET", f"/leads/{lead}") for _ in range(50)) == {200: 50}
        assert server.call("GET", "/readyz").status == 200


@pytest.mark.slow  # as it waits
def test_a_lock_is_waited_for_no_longer_than_without_it(pooler):
    with server_behind(pooler) as server:
        client = Client(server)
        lead = client.new_lead(server.casa.car)
        with psycopg.connect(server.direct_url) as somebody:
            somebody.execute("SELECT 1 FROM leads_lead WHERE id = %s FOR UPDATE", [lead])
            assert_refused(client.send("PATCH", f"/leads/{lead}", {"note": "x"}))
        assert client.send("PATCH", f"/leads/{lead}", {"note": "x"}).status == 200


@pytest.mark.slow
def test_its_restart_loses_nothing(pooler):
    with server_behind(pooler) as server:
        with writing(server) as writers:
            for _ in range(3):
                wait_for_writes(writers)
                pooler.stop()
                pooler.start()
            wait_for_writes(writers)
        refused = [answer for writer in writers for answer in writer.refused]
        for answer in refused:
            assert_refused(answer)
        assert_nothing_is_lost(server, writers)
    print(
        f"PgBouncer restarted 3 times: {sum(w.acknowledged for w in writers)} writes, {len(refused)} times 503, 0 lost"
    )


@pytest.mark.slow
def test_backups_by_the_direct_way_cost_the_product_nothing(pooler, tmp_path):
    with server_behind(pooler) as server:
        with writing(server) as writers:
            for _ in range(3):
                wait_for_writes(writers)
                assert backup(server, tmp_path / "backup", BACKUP_DATABASE_URL=server.direct_url).returncode == 0
            wait_for_writes(writers)
        assert [answer for writer in writers for answer in writer.refused] == []
        assert_nothing_is_lost(server, writers)


@pytest.mark.slow
def test_a_pg_dump_that_somebody_sends_through_it_costs_503s_only(pooler, tmp_path):
    with server_behind(pooler) as server:
        with writing(server) as writers:
            for number in range(3):
                wait_for_writes(writers)
                dump = ["pg_dump", f"--file={tmp_path}/{number}", server.env["DATABASE_URL"]]
                subprocess.run(dump, check=False, capture_output=True)
            wait_for_writes(writers)
        for answer in (answer for writer in writers for answer in writer.refused):
            assert_refused(answer)
        assert_nothing_is_lost(server, writers)


@pytest.mark.slow
def test_the_worker_delivers_behind_it(pooler):
    with receiver() as crm, server_behind(pooler, deliver=True, env={"WEBHOOK_ALLOW": crm.origin}) as server:
        server.python(SUBSCRIBE.format(url=crm.url))
        client = Client(server)
        for number in range(20):
            wait_until(partial(is_created, client, server.casa.car, f"Sara {number}"))
            if number % 5 == 0:
                leave_untidy(server)
        wait_until(lambda: len(crm.requests) >= 20, 60)
