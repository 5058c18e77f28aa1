"""A CRM that syncs only through the events feed has exactly our leads in the end, however often it is killed."""

import json
import random
import sqlite3
import subprocess
import sys
import time
import uuid
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest

from steerleads.tests.clients import Client, meanwhile, sizes
from steerleads.tests.servers import running_server, wait_until

PROGRAM = Path(__file__).with_name("crm.py")
WRITERS_A_CAR = 2
PERSONS = count(1)
DONE = {200, 201, 404}  # 404: another writer has deleted the lead meanwhile
REFUSED = {400, 404, 412}


@pytest.mark.parametrize("kills", sizes(4, 20))
def test_a_crm_that_is_killed_at_random_ends_with_exactly_our_leads(kills, tmp_path):
    with running_server(workers=2, threads=8) as server:
        with writing(server) as cars, running_crm(server, tmp_path / "crm") as crm:
            for _ in range(kills):
                crm.move_on()
                time.sleep(random.uniform(0, 0.3))
                crm.kill()
                crm.start()
        ours, feed = leads_of(server), whole_feed(server)
        with running_crm(server, tmp_path / "crm"), running_crm(server, tmp_path / "newcomer") as newcomer:
            wait_until(lambda: crm.after == newcomer.after == len(feed), 60)
    assert crm.leads == newcomer.leads == ours
    assert crm.events == len(feed), "each event was stored once"
    assert_no_word_is_left_of_the_deleted(cars, ours, crm, feed)
    print(
        f"CRM: {crm.kills} kills, {crm.kills_within_a_page} of them within a page; "
        f"{crm.events} events in {crm.pages} pages, {len(ours)} leads, "
        f"{sum(len(car.persons) for car in cars) - len(ours)} deleted ones forgotten, "
        f"{sum(car.refused for car in cars)} writes refused"
    )


def leads_of(server):
    """{id: (the lead, whether it is archived)} as the API has them."""
    client = Client(server)
    archived = {lead["id"] for lead in client.ok("GET", "/leads?archived=true")}
    leads = {lead["id"]: lead for lead in client.ok("GET", "/leads?archived=any")}
    for lead in leads.values():
        del lead["car"]
    return {lead_id: (lead, lead_id in archived) for lead_id, lead in leads.items()}


def whole_feed(server):
    client, feed = Client(server), []
    while page := client.ok("GET", f"/events?after={len(feed)}&limit=1000"):
        feed += page
    assert [event["data"]["sequence"] for event in feed] == list(range(1, len(feed) + 1))
    return feed


def assert_no_word_is_left_of_the_deleted(cars, ours, crm, feed):
    with closing(sqlite3.connect(crm.file)) as opened:
        kept = "\n".join(opened.iterdump()) + json.dumps(feed)
    deleted = [name for car in cars for lead, name in car.persons.items() if lead not in ours]
    assert deleted and [name for name in deleted if name in kept] == []
    assert all(name in kept for car in cars for lead, name in car.persons.items() if lead in ours)


# --- The CRM -------------------------------------------------------------------------------------


class Crm:
    """The CRM as a process, on a file that outlives it."""

    def __init__(self, server, file):
        self.program = [sys.executable, PROGRAM, server.url, server.casa.key, file]
        self.file, self.process = file, None
        self.kills = self.kills_within_a_page = 0

    def start(self):
        self.process = subprocess.Popen(self.program, stdin=subprocess.DEVNULL)

    def move_on(self):
        """Until it has stored another page: a kill while Python starts would try nothing."""
        after = self.after
        wait_until(lambda: self.after > after)

    def kill(self):
        assert self.process.poll() is None, "the CRM ended by itself"
        self.process.kill()
        self.process.wait(10)
        self.kills += 1
        self.kills_within_a_page += Path(f"{self.file}-journal").exists()

    after = property(lambda self: self._place()[0])
    pages = property(lambda self: self._place()[1])
    events = property(lambda self: self._place()[2])

    @property
    def leads(self):
        rows = self._read("SELECT id, object, archived FROM lead")
        return {lead: (json.loads(text), bool(archived)) for lead, text, archived in rows}

    def _place(self):
        with suppress(sqlite3.OperationalError):  # it has no table yet
            for place in self._read("SELECT after, pages, events FROM place"):
                return place
        return (0, 0, 0)

    def _read(self, query):
        with closing(sqlite3.connect(self.file)) as opened:
            return opened.execute(query).fetchall()


@contextmanager
def running_crm(server, file):
    crm = Crm(server, file)
    crm.start()
    try:
        yield crm
    finally:
        crm.kill()


# --- Those who write meanwhile -------------------------------------------------------------------


class Car:
    """A car whose leads several writers change at once."""

    def __init__(self, server):
        self.server, self.id = server, Client(server).new_car()
        self.leads = []
        self.persons = {}  # {id of a lead, deleted ones too: the name that is in each of its words}
        self.refused = 0
        for _ in range(5):
            self.create(Client(server))

    def write(self, stop):
        client = Client(self.server)
        while not stop.is_set():
            if random.random() < 0.2 or len(self.leads) < 5:
                self.create(client)
            else:
                self.change(client)
        client.close()

    def create(self, client):
        name = f"person{next(PERSONS)}."
        lead = client.new_lead(self.id, **words_of(name))
        self.persons[lead] = name
        self.leads.append(lead)

    def change(self, client):
        leads = random.sample([*self.leads], 3)
        method, path, body, headers, expected = random_write(self.id, leads, self.persons[leads[0]])
        answer = client.send(method, path, body, **headers)
        assert answer.status in expected, (method, path, body, answer)
        self.refused += expected is REFUSED
        if (method, answer.status) == ("DELETE", 200):
            self.leads.remove(leads[0])


def words_of(name):
    number = random.randrange(1000)
    return {"targetName": f"{name} Alami", "targetInfo": f"+212 {number} {name}", "note": f"{name} {number}"}


def random_write(car, leads, name):
    """(method, path, body, headers, the statuses it may have)"""
    lead, number = f"/leads/{leads[0]}", random.randrange(50)
    orders = [{"id": each, "order": random.randrange(50)} for each in leads]
    nobody = {"id": str(uuid.uuid4()), "order": 1}
    return random.choice(
        [
            ("PATCH", lead, words_of(name), {}, DONE),
            ("PATCH", lead, {"status": random.choice(["NEW", "COMPLETED"]), "tag": f"{name} {number}"}, {}, DONE),
            ("PATCH", lead, {"action": f"Call {name}", "order": number}, {}, DONE),
            ("PATCH", f"{lead}/order", {"order": number}, {}, DONE),
            ("PATCH", f"/leads/car/{car}/reorder", {"leadOrders": orders}, {}, DONE),
            ("POST", f"{lead}/archive", None, {}, DONE),
            ("POST", f"{lead}/restore", None, {}, DONE),
            ("DELETE", lead, None, {}, DONE),
            ("PATCH", lead, {"status": "SOLD"}, {}, REFUSED),
            ("PATCH", lead, words_of(name), {"if_match": '"stale"', "idempotency_key": str(uuid.uuid4())}, REFUSED),
            ("PATCH", f"/leads/car/{car}/reorder", {"leadOrders": [*orders, nobody]}, {}, REFUSED),
        ]
    )


@contextmanager
def writing(server):
    """Cars with writers that change their leads while what is inside happens."""
    cars = [Car(server), Car(server)]
    with meanwhile(*[car.write for car in cars] * WRITERS_A_CAR):
        yield cars
