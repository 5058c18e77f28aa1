"""Many clients of one running server at once, and what must hold of all that they leave behind."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.client import HTTPException
from itertools import count

import pytest
from django.db import connection, connections, transaction

from steerleads.tests.servers import send

BODY = {"action": "Follow up call", "targetName": "Sara Alami", "targetInfo": "+212-600-123456"}
NAMES = count(1)
STATE = """
import json
from django.db import transaction
from leads.models import Lead, LeadEvent
lead = ("id", "car_id", "status", "action", "target_name", "tag", "note", "order", "archived", "version", "updated_at")
event = ("lead_id", "kind", "at", "changes", "texts", "batch")
with transaction.atomic():
    leads, events = list(Lead.objects.values(*lead)), list(LeadEvent.objects.order_by("at", "id").values(*event))
print(json.dumps({"leads": leads, "events": events}, default=str))
"""


SECONDS_IDLE = 10


def sizes(short, long):
    """A test's two forms, as parameters: the short one runs always, the long one where slow tests are asked for."""
    return [pytest.param(short, id="short"), pytest.param(long, id="long", marks=pytest.mark.slow)]


class Client:
    """A program with a dealership's key, on one connection that it keeps. One thread at a time may use it."""

    def __init__(self, server, dealership=None, *, key=None):
        self.dealership = dealership or server.casa
        self.key = key or self.dealership.key
        self._connection, self._used = server.connect(), time.monotonic()

    def send(self, method, path, body=None, **headers):
        """Header names come as keywords: if_match, idempotency_key, …"""
        if time.monotonic() - self._used > SECONDS_IDLE:
            self._connection.close()  # before the server does; http.client opens it anew
        self._used = time.monotonic()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return send(self._connection, method, f"/v1{path}", body, key=self.key, headers=headers)

    def ok(self, method, path, body=None, **headers):
        """The JSON of an answer that must be a success."""
        answer = self.send(method, path, body, **headers)
        assert answer.status in (200, 201), (method, path, answer)
        return answer.json()

    def new_car(self):
        return self.ok("POST", "/vehicles", {"make": "Dacia", "model": "Duster"})["id"]

    def new_lead(self, car, **fields):
        return self.ok("POST", f"/leads/car/{car}", BODY | fields)["id"]

    def close(self):
        self._connection.close()


def together(*jobs):
    """Run each in a thread of its own, all begun at once: their results. An error of one is raised."""
    start = threading.Barrier(len(jobs))

    def run(job):
        start.wait(20)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(run, job) for job in jobs]]


def in_threads(*jobs):
    """The same, each job with a connection of its own."""

    def alone(job):
        try:
            return job()
        finally:
            connection.close()

    return together(*(partial(alone, job) for job in jobs))


@contextmanager
def held_open(write):
    """A transaction in a thread of its own that has written, and commits when the block ends."""
    began, end = threading.Event(), threading.Event()

    def slowly():
        try:
            with transaction.atomic():
                write()
                began.set()
                end.wait(10)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slowly)
    writer.start()
    began.wait(10)
    try:
        yield
    finally:
        end.set()
        writer.join()


@contextmanager
def meanwhile(*jobs):
    """Each `job(stop)` runs in a thread beside what is inside, until `stop.is_set()`. Their errors are raised."""
    stop = threading.Event()
    with ThreadPoolExecutor(len(jobs)) as pool:
        futures = [pool.submit(job, stop) for job in jobs]
        try:
            yield
        finally:
            stop.set()
    for future in futures:
        future.result()


class Writer:
    """A client that creates leads (with an Idempotency-Key, insisting) and changes each (once), and keeps the score."""

    PATIENCE = 60  # seconds it insists on one lead

    def __init__(self, server, car):
        self.client, self.car, self.name = Client(server), car, f"writer-{next(NAMES)}"
        self.created, self.noted = {}, {}  # acknowledged: name -> lead id, lead id -> note
        self.refused, self.broken = [], 0
        self.slowest = 0.0
        self.last_success = time.monotonic()

    @property
    def acknowledged(self):
        return len(self.created) + len(self.noted)

    def run(self, stop):
        while not stop.is_set():
            name = f"{self.name}-{len(self.created)}"
            self.created[name] = lead = self._insist(name)
            answer = self._attempt("PATCH", f"/leads/{lead}", {"note": f"note of {name}"})
            if answer and answer.status == 200:
                self.noted[lead] = f"note of {name}"

    def _insist(self, name):
        until = time.monotonic() + self.PATIENCE
        while True:
            answer = self._attempt("POST", f"/leads/car/{self.car}", BODY | {"targetName": name}, idempotency_key=name)
            if answer and answer.status == 201:
                return answer.json()["id"]
            assert time.monotonic() < until, f"no success in {self.PATIENCE} s: {self.refused[-3:]}"
            time.sleep(0.05)

    def _attempt(self, *request, **headers):
        """The answer, or None if the connection broke."""
        began = time.monotonic()
        try:
            answer = self.client.send(*request, **headers)
        except (OSError, HTTPException):
            self.broken += 1
            self.client.close()
            return None
        self.slowest = max(self.slowest, time.monotonic() - began)
        if answer.status in (200, 201):
            self.last_success = time.monotonic()
        else:
            self.refused.append(answer)
        return answer


def assert_nothing_is_lost(server, writers):
    """Every acknowledged write is there, in its lead and in its history; each name gave one lead."""
    state = state_of(server)
    leads = {lead["id"]: lead for lead in state["leads"]}
    for writer in writers:
        for name, lead in writer.created.items():
            assert leads[lead]["target_name"] == name
        for lead, note in writer.noted.items():
            assert leads[lead]["note"] == note
        # A name that was being insisted on at the end was acknowledged as well: no other lead may be there.
        assert sum(lead["target_name"].startswith(f"{writer.name}-") for lead in leads.values()) == len(writer.created)
    assert_histories_are_whole(state)


def state_of(server):
    """{"leads": …, "events": …} as the database has them, the events in their order."""
    return json.loads(server.python(STATE))


def assert_histories_are_whole(state):
    """Each lead was created once, every change begins where the one before ended, and the last one is what is there."""
    leads = {lead["id"]: lead for lead in state["leads"]}
    histories = {}
    for event in state["events"]:
        histories.setdefault(event["lead_id"], []).append(event)
    assert leads.keys() <= histories.keys()
    for lead_id, events in histories.items():
        _assert_history_is_whole(leads.get(lead_id), events)


def _assert_history_is_whole(lead, events):
    kinds = [event["kind"] for event in events]
    assert kinds[0] == "lead.created" and kinds.count("lead.created") == 1, kinds
    assert ("lead.deleted" in kinds) == (lead is None) and "lead.deleted" not in kinds[:-1], kinds
    now = {}
    for event in events[: len(events) if lead else -1]:
        for name, change in {**event["changes"], **(event["texts"] or {})}.items():
            assert change["from"] == now.get(name), (event, now)
            now[name] = change["to"]
    if lead is None:
        assert events[-1]["changes"]["status"]["from"] == now["status"]
        return
    for name in ("status", "action", "tag", "note", "order", "archived"):
        assert lead[name] == now.get(name), (name, lead, now)
    assert (lead["version"], lead["updated_at"]) == (len(events), events[-1]["at"])
