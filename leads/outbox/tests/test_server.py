"""`manage.py serve` delivers by itself, unless told not to; and `manage.py deliver` as an operator runs it."""

import os
import signal
from contextlib import contextmanager, suppress

import pytest

from leads.webhooks.tests.receivers import Reply, receiver
from steerleads.tests.commands import run, spawn
from steerleads.tests.servers import running_server, stopped_server, wait_until

LEAD = {"action": "Call", "targetName": "Sara Alami", "targetInfo": "+212-600-123456"}
SUBSCRIBE = """
from leads.webhooks.actions import create_webhook
from leads.webhooks.models import default_kinds
from steerleads.dealers.models import Dealership
casa = Dealership.objects.get(name="Casa Motors")
create_webhook(casa, {{"url": "{url}", "kinds": default_kinds()}})
"""

pytestmark = [pytest.mark.django_db, pytest.mark.long, pytest.mark.on_one_database]


@contextmanager
def told_server(crm, **how):
    """A running server whose Casa Motors has a webhook at `crm`."""
    with stopped_server(env={"WEBHOOK_ALLOW": crm.origin}, **how) as server:
        server.python(SUBSCRIBE.format(url=crm.url))
        yield server.start()


def create(server):
    assert server.call("POST", f"/v1/leads/car/{server.casa.car}", LEAD, key=server.casa.key).status == 201


def deliverer(server):
    """The process that delivers."""
    for pid in server.worker_pids():
        with suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as line:  # it may be gone by now
            if b"deliver" in line.read():
                return pid
    return None


def test_serve_delivers():
    with receiver() as crm, told_server(crm, deliver=True) as server:
        create(server)
        (request,) = crm.wait_for(1, 30)
        assert request.json["type"] == "lead.created" and "Sara" not in server.log()
        assert server.stop() == 0 and not server.is_alive()


def test_a_server_that_is_stopped_finishes_what_is_on_its_way():
    with receiver(Reply(delay=2)) as crm, told_server(crm, deliver=True) as server:
        create(server)
        crm.wait_for(1, 30)
        assert server.stop() == 0
        assert server.python("from leads.outbox.models import *; print(Delivery.objects.get().state)") == "delivered"


def test_serve_replaces_a_deliverer_that_dies():
    with receiver() as crm, told_server(crm, deliver=True) as server:
        wait_until(lambda: deliverer(server))
        os.kill(first := deliverer(server), signal.SIGKILL)
        wait_until(lambda: deliverer(server) not in (None, first))
        create(server)
        crm.wait_for(1, 30)
        assert "The delivery worker died" in server.log()


def test_a_killed_server_leaves_no_deliverer():
    with running_server(deliver=True) as server:
        wait_until(lambda: deliverer(server))
        server.kill()
        assert not server.is_alive()


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_deliver_finishes_what_it_holds(number):
    with receiver(Reply(delay=1)) as crm, told_server(crm) as server:
        create(server)
        process = spawn(["deliver"], server.env, server.folder / "deliver.log")
        crm.wait_for(1, 30)
        process.send_signal(number)
        assert process.wait(20) == 0
        assert server.python("from leads.outbox.models import *; print(Delivery.objects.get().state)") == "delivered"


@pytest.mark.slow
def test_deliver_once_ends_when_nothing_is_due():
    with receiver() as crm, told_server(crm) as server:
        create(server)
        assert run(["deliver", "--once"], server.env).returncode == 0
        assert len(crm.requests) == 1
