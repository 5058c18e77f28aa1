"""The two programs of docs/ for those who listen to us, run as they stand there."""

import socket
import subprocess
import sys
import time
from contextlib import nullcontext, suppress

import pytest

from conftest import make_lead
from leads.outbox.models import Delivery
from leads.outbox.tests.deliveries import deliver, subscribe
from leads.webhooks.models import Webhook
from steerleads.tests.documents import program
from steerleads.tests.servers import free_port, running_server, wait_until

LEAD = {"action": "Call", "targetName": "Sara Alami", "targetInfo": "+212-600-123456"}

pytestmark = [pytest.mark.django_db, pytest.mark.on_one_database]


def is_listening(port):
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True


def test_the_receiver_takes_what_we_send(casa, civic, clock, settings):
    port = free_port()
    webhook = subscribe(casa, f"http://127.0.0.1:{port}/hooks", settings)
    code = program("class Receiver", **{"whsec_…": Webhook.objects.get().secret, "8999": str(port)})
    with subprocess.Popen([sys.executable, "-u", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        try:
            wait_until(lambda: is_listening(port))
            lead = make_lead(civic)
            deliver(clock)
        finally:
            run.terminate()
        printed = run.stdout.read().decode().split()
    delivery = Delivery.objects.get(destination=webhook)
    assert printed == [str(delivery.pk), "lead.created", str(lead.pk)] and delivery.last_status == 204


class Crm:
    """What the document leaves to the reader: their data, and how far they have read."""

    transaction = staticmethod(nullcontext)

    def __init__(self):
        self.leads, self._position = {}, 0

    def position(self):
        return self._position

    def keep_position(self, position):
        self._position = position

    def write(self, lead):
        self.leads[lead["id"]] = lead["action"]

    def delete(self, lead_id):
        self.leads.pop(lead_id, None)


class Enough(Exception):
    """It would go on for ever."""


def test_the_loop_keeps_a_crm_in_step(monkeypatch):
    def enough(seconds):
        raise Enough

    crm = Crm()
    with running_server() as server:

        def call(method, path, body=None):
            return server.call(method, f"/v1/leads/{path}", body, key=server.casa.key)

        def catch_up():
            with monkeypatch.context() as patched, pytest.raises(Enough):
                patched.setattr(time, "sleep", enough)
                exec(
                    program("import requests", **{"http://127.0.0.1:8000": server.url, "prod_…": server.casa.key}),
                    {"crm": crm},
                )

        first, second = (call("POST", f"car/{server.casa.car}", LEAD).json()["id"] for _ in range(2))
        catch_up()
        assert crm.leads == {first: "Call", second: "Call"}
        call("PATCH", first, {"action": "Call again"})
        call("DELETE", second)
        catch_up()
        assert crm.leads == {first: "Call again"}
