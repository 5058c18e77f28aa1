"""Several clients at once against two server processes: nothing is lost, mixed or doubled."""

import random
import time
from functools import partial
from itertools import count

import psutil
import pytest

from steerleads.tests.clients import (
    BODY,
    Client,
    assert_histories_are_whole,
    meanwhile,
    sizes,
    state_of,
    together,
)
from steerleads.tests.servers import running_server

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def server():
    with running_server(workers=2, threads=16) as running:
        yield running


@pytest.fixture
def client(server):
    client = Client(server)
    yield client
    client.close()


@pytest.fixture
def car(client):
    return client.new_car()


# --- Reordering --------------------------------------------------------------------------------


@pytest.mark.parametrize("rounds", sizes(8, 40))
def test_six_clients_reorder_one_car_and_never_mix(server, client, car, rounds):
    leads = [client.new_lead(car, order=place) for place in range(30)]
    given = {tuple(leads)}  # every permutation that somebody has asked for

    def mover():
        mover = Client(server)
        for _ in range(rounds):
            order = random.sample(leads, len(leads))
            given.add(tuple(order))
            mover.ok("PATCH", f"/leads/car/{car}/reorder", reordering(order))
        mover.close()

    def reader(stop):
        reader = Client(server)
        while not stop.is_set():
            assert shown_order(reader, car) in given
        reader.close()

    with meanwhile(reader, reader):
        together(*[mover] * 6)
    assert shown_order(client, car) in given
    state = state_of(server)
    assert_histories_are_whole(state)
    assert_replays_as_permutations(state, leads, given)


def reordering(leads):
    return {"leadOrders": [{"id": lead, "order": place} for place, lead in enumerate(leads)]}


def shown_order(client, car):
    leads = client.ok("GET", f"/leads/car/{car}")
    assert [lead["order"] for lead in leads] == list(range(len(leads)))
    return tuple(lead["id"] for lead in leads)


def assert_replays_as_permutations(state, leads, given):
    """The history of all leads together is one sequence of whole reorderings."""
    places, batches = {lead: place for place, lead in enumerate(leads)}, {}
    for event in state["events"]:
        if event["kind"] == "lead.moved" and event["lead_id"] in places:
            batches.setdefault((event["at"], event["batch"]), []).append(event)
    for moves in batches.values():
        places |= {event["lead_id"]: event["changes"]["order"]["to"] for event in moves}
        assert tuple(sorted(places, key=places.get)) in given
        assert sorted(places.values()) == list(range(len(leads)))


# --- One lead ----------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", sizes(20, 150))
def test_changes_of_different_fields_lose_nothing(server, client, car, changes):
    lead = client.new_lead(car)
    fields = {name: [f"{name} {n}" for n in range(changes)] for name in ("action", "targetName", "tag", "note")}
    fields |= {"status": ["COMPLETED", "NEW"] * (changes // 2), "order": range(1, changes + 1)}

    def change(name, values):
        writer = Client(server)
        for value in values:
            assert writer.ok("PATCH", f"/leads/{lead}", {name: value})[name] == value
        writer.close()

    together(*(partial(change, *field) for field in fields.items()))
    answer = client.send("GET", f"/leads/{lead}")
    assert {name: answer.json()[name] for name in fields} == {name: values[-1] for name, values in fields.items()}
    assert answer.headers["etag"] == f'"{1 + 6 * changes}"'
    assert len(client.ok("GET", f"/leads/{lead}/history")) == 1 + 6 * changes
    assert_histories_are_whole(state_of(server))


@pytest.mark.parametrize("steps", sizes(8, 60))
def test_a_counter_kept_with_if_match_counts_every_success(server, client, car, steps):
    lead = client.new_lead(car, note="0")

    def step_up():
        stepper, done, refused = Client(server), 0, 0
        while done < steps:
            found = stepper.send("GET", f"/leads/{lead}")
            note = str(int(found.json()["note"]) + 1)
            answer = stepper.send("PATCH", f"/leads/{lead}", {"note": note}, if_match=found.headers["etag"])
            assert answer.status in (200, 412)
            done, refused = done + (answer.status == 200), refused + (answer.status == 412)
        stepper.close()
        return refused

    refused = together(*[step_up] * 8)
    print(f"If-Match: {8 * steps} steps counted, {sum(refused)} times refused with 412 and tried again")
    assert client.ok("GET", f"/leads/{lead}")["note"] == str(8 * steps)


@pytest.mark.parametrize("rounds", sizes(10, 50))
def test_sixteen_equal_posts_make_one_lead(server, client, car, rounds):
    clients = [Client(server) for _ in range(16)]
    for number in range(rounds):
        equal = {"idempotency_key": f"equal-{car}-{number}"}
        answers = together(*(partial(one.send, "POST", f"/leads/car/{car}", BODY, **equal) for one in clients))
        assert {answer.status for answer in answers} == {201}
        assert len({answer.body for answer in answers}) == 1
        assert sum("idempotency-replayed" in answer.headers for answer in answers) == 15
    assert len(client.ok("GET", f"/leads/car/{car}")) == rounds


# --- The hourly limit --------------------------------------------------------------------------

IN_A_ROW = 40  # refusals, each on a connection of its own, until a client believes that both processes refuse


def limited_key(server, limit):
    arguments = ("create_api_key", server.casa.name, "--name", f"limit {limit}", "--hourly-limit", limit)
    return server.manage(*arguments)


@pytest.mark.parametrize("limit", sizes(300, 3000))
def test_a_limit_over_two_processes_lets_exactly_so_many_pass(server, limit):
    key = limited_key(server, limit)
    before = {pid: sum(psutil.Process(pid).cpu_times()[:2]) for pid in server.worker_pids()}

    def keep_asking():
        passed = in_a_row = 0
        while in_a_row < IN_A_ROW:
            answer = server.call("GET", "/v1/auth/test", key=key)
            assert answer.status in (200, 429)
            passed, in_a_row = passed + (answer.status == 200), in_a_row + 1 if answer.status == 429 else 0
        return passed

    passed = together(*[keep_asking] * 6)
    busy = {pid: sum(psutil.Process(pid).cpu_times()[:2]) - seconds for pid, seconds in before.items()}
    print(f"rate limit {limit}: {sum(passed)} passed; seconds of the processes: {[*busy.values()]}")
    assert len(busy) == 2 and min(busy.values()) > 0, "both processes took part"
    assert sum(passed) == limit


def test_unchanged_answers_cost_nothing_however_many_ask_at_once(server, client, car):
    lead, key = client.new_lead(car), limited_key(server, 100)
    tag = client.send("GET", f"/leads/{lead}").headers["etag"]

    def ask():
        asker = Client(server, key=key)
        answers = [asker.send("GET", f"/leads/{lead}", if_none_match=tag) for _ in range(40)]
        asker.close()
        return {answer.status for answer in answers}

    assert set.union(*together(*[ask] * 6)) == {304}
    answers = [server.call("GET", "/v1/auth/test", key=key).status for _ in range(100 + IN_A_ROW)]
    assert answers.count(200) == 100


# --- Everything at once ------------------------------------------------------------------------


@pytest.mark.parametrize("rounds", sizes(12, 100))
def test_a_car_is_never_deleted_under_a_lead_being_created(server, rounds):
    clients = [Client(server) for _ in range(4)]
    for _ in range(rounds):
        car = clients[0].new_car()
        creating = [partial(one.send, "POST", f"/leads/car/{car}", BODY) for one in clients[1:]]
        deleted, *created = together(partial(clients[0].send, "DELETE", f"/vehicles/{car}"), *creating)
        outcome = (deleted.status, {answer.status for answer in created})
        assert outcome in [(200, {404}), (409, {201})], outcome
    leads = clients[0].ok("GET", "/leads")
    cars = {car["id"] for car in clients[0].ok("GET", "/vehicles")}
    assert {lead["carId"] for lead in leads} <= cars


@pytest.mark.parametrize("seconds", sizes(3, 30))
def test_chaos_leaves_whole_histories_and_no_error(server, seconds):
    asked, numbers = [], count()

    def play(dealership, cars):
        player, until = Client(server, dealership), time.monotonic() + seconds
        while time.monotonic() < until:
            car = random.choice(list(cars))
            method, path, body = random_request(car, cars[car][-8:], next(numbers))
            answer = player.send(method, path, body)
            assert answer.status in (200, 201, 404), (method, path, answer)
            asked.append(answer.status)
            if answer.status == 201:
                cars[car].append(answer.json()["id"])
        player.close()

    players = []
    for dealership in (server.casa, server.atlas):
        one = Client(server, dealership)
        cars = {car: [one.new_lead(car) for _ in range(8)] for car in (one.new_car(), one.new_car())}
        players += [partial(play, dealership, cars)] * 4
    together(*players)
    print(f"chaos: {len(asked)} requests, {asked.count(404)} of them for leads that were gone already")
    assert_histories_are_whole(state_of(server))
    assert "Traceback" not in server.log()


def random_request(car, leads, number):
    lead = random.choice(leads)
    return random.choice(
        [
            ("POST", f"/leads/car/{car}", BODY | {"order": number}),
            ("PATCH", f"/leads/{lead}", {"note": f"note {number}", "order": number % 7}),
            ("PATCH", f"/leads/{lead}", {"status": random.choice(["NEW", "COMPLETED"]), "tag": f"tag {number}"}),
            ("PATCH", f"/leads/{lead}/order", {"order": number}),
            ("PATCH", f"/leads/car/{car}/reorder", reordering(random.sample(leads, 3))),
            ("POST", f"/leads/{lead}/archive", None),
            ("POST", f"/leads/{lead}/restore", None),
            ("DELETE", f"/leads/{lead}", None),
            ("GET", f"/leads/{lead}/history", None),
            ("GET", f"/leads/car/{car}?archived=any", None),
        ]
    )


@pytest.mark.parametrize("writes", sizes(30, 400))
def test_four_writers_at_once_are_never_refused(server, car, writes):
    """SQLite with Django's defaults answers many of them with "database is locked"."""

    def write():
        writer = Client(server)
        for number in range(writes):
            lead = writer.new_lead(car, order=number)
            writer.ok("PATCH", f"/leads/{lead}", {"order": number + 1, "note": "x"})
        writer.close()

    together(*[write] * 4)
    assert "SERVICE_UNAVAILABLE" not in server.log()
