"""Two dealerships at work, at random, against a plain model: every answer is compared with what the model says."""

import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from conftest import ApiClient, make_car
from steerleads.dealers.models import Dealership
from steerleads.tests.machines import play

pytestmark = pytest.mark.long

KEYS = ["id", "carId", "status", "action", "targetName", "targetInfo", "tag", "note", "order", "createdAt", "updatedAt"]
STATUSES = ["NEW", "COMPLETED", "NOT_NEEDED"]
WRITABLE = KEYS[KEYS.index("status") : KEYS.index("createdAt")]
# Texts and what they are compared as. Written by hand: the model shares no code with what it judges.
FOLDED = {
    "Call": "call",
    "CALL": "call",
    "Élodie": "elodie",
    "elodie  Œ": "elodie  oe",
    "أحمد": "احمد",
    "احمد": "احمد",
    "100%": "100%",
    "\U0001f697": "\U0001f697",
}
LOST, NOT_YOURS, NO_CAR = (404, "LEAD_NOT_FOUND"), (403, "UNAUTHORIZED_LEAD_ACCESS"), (404, "CAR_NOT_FOUND")
REFUSED = (400, "VALIDATION_ERROR")

texts = st.sampled_from(sorted(FOLDED))
optional_texts = st.none() | texts
orders = st.integers(-2, 2)
statuses = st.sampled_from(STATUSES)
dealers = st.sampled_from(["casa", "atlas"])
picks = st.sampled_from(range(40))  # of things that there are, modulo their number
rarely = st.sampled_from([False, False, False, False, False, True])
tags = st.sampled_from([None, None, None, "its", "stale"])
changes = st.fixed_dictionaries(
    {},
    optional={
        "status": statuses,
        "action": texts,
        "targetName": texts,
        "targetInfo": texts,
        "tag": optional_texts,
        "note": optional_texts,
        "order": orders,
    },
)

required = st.fixed_dictionaries({"action": texts, "targetName": texts, "targetInfo": texts})
archived = st.fixed_dictionaries({}, optional={"archived": st.sampled_from(["false", "true", "any"])})
filters = {
    "status": st.lists(statuses, min_size=1, max_size=2).map(",".join),
    "action": texts,
    "targetName": texts,
    "tag": texts,
    "search": st.lists(texts, min_size=1, max_size=2).map(" ".join),
    "carId": picks,
    "updatedSince": picks,
}
one_filter = st.one_of([st.fixed_dictionaries({name: values}) for name, values in filters.items()])
any_filters = st.just({}) | one_filter | one_filter | st.fixed_dictionaries({}, optional=filters)
sorts = st.sampled_from([None, "order", "status", "action", "targetName", "createdAt", "updatedAt"])
directions = st.sampled_from([None, "asc", "desc"])


class Lead:
    """What the model knows of one lead. `born` and `touched` are ticks of its clock."""

    def __init__(self, dealer, body, fields, tick, etag):
        self.dealer, self.fields, self.etag = dealer, fields, etag
        self.id, self.car = body["id"], body["carId"]
        self.born = self.touched = tick
        self.archived = self.deleted = False
        self.history = [("lead.created", None)]
        self.outdated = set()

    def as_seen(self, body):
        """The object that the API should answer; its times are the API's own, and checked elsewhere."""
        times = {"createdAt": body["createdAt"], "updatedAt": body["updatedAt"]}
        return {"id": self.id, "carId": self.car, **self.fields, **times}

    def change(self, kind, new, tick):
        """Take over what differs, and remember it as history tells it. Whether anything did."""
        old = {name: self.fields[name] for name in new if self.fields[name] != new[name]}
        self.fields |= new
        if old:
            told = {name: {"from": old[name], "to": new[name]} for name in old}
            for name in old.keys() & {"targetName", "targetInfo"}:
                told[name] = {"from": None, "to": None}
            self.note(kind if set(old) != {"order"} else "lead.moved", told, tick)
        return bool(old)

    def note(self, kind, told, tick):
        self.history.append((kind, told))
        self.touched = tick


class Dealerships(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.leads, self.tick, self.marks = [], 0, []
        self.kept = None

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def open(self):
        dealerships = {name: Dealership.objects.create(name=name) for name in ("casa", "atlas")}
        self.api = {name: ApiClient(dealership) for name, dealership in dealerships.items()}
        self.cars = [(name, str(make_car(dealership).pk)) for name, dealership in dealerships.items() for _ in "12"]
        for number, text in enumerate(FOLDED):
            texts = {"action": text, "targetName": text, "targetInfo": text}
            pick = (0, 0, 1, 2)[number % 4]
            self.create(self.cars[pick][0], pick, texts, {"order": number % 2, "status": STATUSES[number % 3]}, False)

    # --- Writes ----------------------------------------------------------------------------------

    @rule(who=dealers, pick=picks, needed=required, more=changes, keyed=st.booleans())
    def create(self, who, pick, needed, more, keyed):
        owner, car = self.pick(self.cars, pick)
        sent = {**more, **needed}
        key = f"key-{self.now()}" if keyed else None
        response = self.api[who].post(f"/leads/car/{car}", sent, idempotency_key=key)
        if owner != who:
            self.is_error(response, NO_CAR)
            return
        body = response.json()
        fields = {"status": "NEW", "tag": None, "note": None, "order": 0, **sent}
        lead = Lead(who, body, {name: fields[name] for name in WRITABLE}, self.now(), response["ETag"])
        assert response.status_code == 201
        assert list(body) == KEYS
        assert body == lead.as_seen(body) | {"carId": car}
        assert response["Location"] == f"/v1/leads/{lead.id}"
        self.leads.append(lead)
        if keyed:
            self.kept = (lead, key, sent, response)

    @precondition(lambda self: self.kept)
    @rule()
    def replay(self):
        """The same request again: the answer of the first, whatever happened to the lead since, and no second lead."""
        lead, key, sent, first = self.kept
        response = self.api[lead.dealer].post(f"/leads/car/{lead.car}", sent, idempotency_key=key)
        if lead.deleted:
            self.is_error(response, LOST)
            return
        assert (response.status_code, response.content) == (201, first.content)
        assert response["Idempotency-Replayed"] == "true"

    @precondition(lambda self: self.leads)
    @rule(foreign=rarely, pick=picks, sent=changes, whole=st.booleans(), tag=tags)
    def patch(self, foreign, pick, sent, whole, tag):
        lead, who = self.pick_lead(pick, foreign)
        headers = {"prefer": "return=representation" if whole else None, "if_match": self.tag(lead, tag)}
        response = self.api[who].patch(f"/leads/{lead.id}", sent, **headers)
        if self.is_refused(response, who, lead, tag):
            return
        self.agrees(response, lead, lead.change("lead.changed", sent, self.now()))
        body = response.json()
        if whole:
            assert body == lead.as_seen(body)
        else:
            assert list(body) == ["id", *(name for name in WRITABLE if name in sent), "updatedAt"]
            assert body == {"id": lead.id, **sent, "updatedAt": body["updatedAt"]}

    @precondition(lambda self: self.leads)
    @rule(foreign=rarely, pick=picks, order=orders, tag=tags)
    def set_order(self, foreign, pick, order, tag):
        lead, who = self.pick_lead(pick, foreign)
        response = self.api[who].patch(f"/leads/{lead.id}/order", {"order": order}, if_match=self.tag(lead, tag))
        if not self.is_refused(response, who, lead, tag):
            self.agrees(response, lead, lead.change("lead.moved", {"order": order}, self.now()))
            assert response.json()["order"] == order

    @precondition(lambda self: self.leads)
    @rule(foreign=rarely, astray=rarely, pick=picks, moves=st.lists(st.tuples(picks, orders), max_size=6))
    def reorder(self, foreign, astray, pick, moves):
        """Leads of one car; `astray`, of any."""
        owner, car = self.pick(self.cars, pick)
        who = {"casa": "atlas", "atlas": "casa"}[owner] if foreign else owner
        choice = [lead for lead in self.leads if astray or lead.car == car and not lead.deleted]
        moves = [(self.pick(choice, picked), order) for picked, order in moves if choice]
        listed = {"leadOrders": [{"id": lead.id, "order": order} for lead, order in moves]}
        response = self.api[who].patch(f"/leads/car/{car}/reorder", listed)
        if expected := self.reorder_error(who, owner, car, [lead for lead, _ in moves]):
            self.is_error(response, expected)
            return
        assert response.json() == {"success": True, "message": "Leads reordered successfully"}
        self.move(moves)

    @rule(who=dealers, pick=picks, start=orders)
    def reorder_all(self, who, pick, start):
        """As a board does it: all leads of the car, numbered anew."""
        _, car = self.pick([found for found in self.cars if found[0] == who], pick)
        leads = [lead for lead in self.leads if lead.car == car and not lead.deleted]
        moves = [(lead, start + place) for place, lead in enumerate(leads)]
        listed = {"leadOrders": [{"id": lead.id, "order": order} for lead, order in moves]}
        assert self.api[who].patch(f"/leads/car/{car}/reorder", listed).status_code == 200
        self.move(moves)

    @precondition(lambda self: self.leads)
    @rule(foreign=rarely, pick=picks, archived=st.booleans(), tag=tags)
    def archive(self, foreign, pick, archived, tag):
        lead, who = self.pick_lead(pick, foreign)
        verb = "archive" if archived else "restore"
        response = self.api[who].post(f"/leads/{lead.id}/{verb}", if_match=self.tag(lead, tag))
        if self.is_refused(response, who, lead, tag):
            return
        changed, lead.archived = lead.archived != archived, archived
        if changed:
            lead.note(f"lead.{verb}d", {"archived": {"from": not archived, "to": archived}}, self.now())
        self.agrees(response, lead, changed)
        assert response.json() == lead.as_seen(response.json())
        assert response.get("X-Archived") == ("true" if archived else None)

    @precondition(lambda self: self.leads)
    @rule(foreign=rarely, pick=picks)
    def delete(self, foreign, pick):
        lead, who = self.pick_lead(pick, foreign)
        response = self.api[who].delete(f"/leads/{lead.id}")
        if not self.is_refused(response, who, lead, None):
            assert response.json() == {"success": True, "message": "Lead deleted successfully"}
            lead.deleted = True

    # --- Reads -----------------------------------------------------------------------------------

    @precondition(lambda self: self.leads)
    @rule(foreign=rarely, pick=picks)
    def get(self, foreign, pick):
        lead, who = self.pick_lead(pick, foreign)
        response = self.api[who].get(f"/leads/{lead.id}")
        if self.is_refused(response, who, lead, None):
            return
        assert list(response.json()) == KEYS
        assert response.json() == lead.as_seen(response.json())
        self.agrees(response, lead, False)
        assert self.api[who].get(f"/leads/{lead.id}", if_none_match=lead.etag).status_code == 304

    @precondition(lambda self: self.leads)
    @rule(foreign=rarely, pick=picks)
    def history(self, foreign, pick):
        lead, who = self.pick_lead(pick, foreign)
        response = self.api[who].get(f"/leads/{lead.id}/history")
        if self.is_refused(response, who, lead, None):
            return
        told = [(event["kind"], event["changes"]) for event in reversed(response.json())]
        assert [kind for kind, _ in told] == [kind for kind, _ in lead.history]
        assert told[1:] == lead.history[1:]

    @rule(who=dealers, asked=any_filters, more=archived, path=picks)
    def filter(self, who, asked, more, path):
        self.look(who, {**asked, **more}, None, None, None, path)

    @rule(who=dealers, mark=picks)
    def keep_up(self, who, mark):
        """As a client does that copies all leads."""
        self.look(who, {"updatedSince": mark, "archived": "any"}, "updatedAt", None, 5, 0)

    @rule(who=dealers, sort=sorts, direction=directions, limit=st.integers(1, 5))
    def page(self, who, sort, direction, limit):
        self.look(who, {}, sort, direction, limit, 0)

    @rule(
        who=dealers,
        asked=any_filters,
        more=archived,
        sort=sorts,
        direction=directions,
        limit=st.integers(1, 5),
        path=picks,
    )
    def page_what_is_filtered(self, who, asked, more, sort, direction, limit, path):
        self.look(who, {**asked, **more}, sort, direction, limit, path)

    def look(self, who, asked, sort, direction, limit, path):
        """Read a list, or all pages of it, and compare."""
        path, holds = self.pick(self.lists(who), path)
        query = {"sortBy": sort, "sortOrder": direction, "limit": limit, "count": "true", **asked}
        if "carId" in asked:
            query["carId"] = self.pick(self.cars, asked["carId"])[1]
        if "updatedSince" in asked:
            query["updatedSince"], asked["since"] = self.pick(self.marks[-10:], asked["updatedSince"])
        leads = [lead for lead in self.mine(who) if holds(lead) and self.passes(lead, asked, query)]
        expected = [lead.id for lead in self.in_order(leads, sort or "order", direction == "desc")]
        query = urlencode({name: value for name, value in query.items() if value is not None})
        assert self.all_pages(who, f"{path}?{query}", len(expected)) == expected

    @invariant()
    def both_have_what_the_model_says(self):
        for who, api in getattr(self, "api", {}).items():
            leads = {lead.id: lead for lead in self.mine(who)}
            found = api.get("/leads?archived=any").json()
            assert [body["id"] for body in found] == [lead.id for lead in self.in_order(leads.values(), "order", False)]
            for body in found:
                car = body.pop("car")
                assert body == leads[body["id"]].as_seen(body)
                assert car["id"] == body["carId"]

    # --- The model -------------------------------------------------------------------------------

    def now(self):
        """A new tick, behind what has just happened, and the instant of it to ask `updatedSince` of."""
        self.tick += 1
        self.marks.append((datetime.now(UTC).isoformat(), self.tick))
        return self.tick

    def pick(self, things, number):
        return things[number % len(things)]

    def move(self, moves):
        tick = self.now()
        for lead, order in moves:
            if lead.change("lead.moved", {"order": order}, tick):
                lead.outdated.add(lead.etag)
                lead.etag = None  # nobody has told it yet

    def pick_lead(self, number, foreign):
        """(a lead, and who asks for it: its dealership, or the other one)"""
        lead = self.pick(self.leads, number)
        return lead, {"casa": "atlas", "atlas": "casa"}[lead.dealer] if foreign else lead.dealer

    def mine(self, who):
        return [lead for lead in self.leads if lead.dealer == who and not lead.deleted]

    def lists(self, who):
        """(path, which leads it holds) of every list of this dealership."""
        cars = [car for owner, car in self.cars if owner == who]
        return [
            ("/leads", lambda lead: True),
            *((f"/leads/car/{car}", lambda lead, car=car: lead.car == car) for car in cars),
            *(
                (f"/leads/status/{status}", lambda lead, status=status: lead.fields["status"] == status)
                for status in STATUSES
            ),
        ]

    def passes(self, lead, asked, query):
        texts = [FOLDED[lead.fields[name]] for name in ("action", "targetName", "tag") if lead.fields[name]]
        words = "".join(FOLDED.get(part, part) for part in re.split(r"( )", asked.get("search", ""))).split()
        return (
            lead.archived in {"any": (True, False), "true": (True,)}.get(asked.get("archived"), (False,))
            and lead.fields["status"] in asked.get("status", ",".join(STATUSES)).split(",")
            and all(
                FOLDED.get(lead.fields[name]) == FOLDED[asked[name]]
                for name in ("action", "targetName", "tag")
                if name in asked
            )
            and all(any(word in text for text in texts) for word in words)
            and query.get("carId", lead.car) == lead.car
            and asked.get("since", 0) < lead.touched
        )

    def in_order(self, leads, sort, descending):
        keys = {
            "status": lambda lead: STATUSES.index(lead.fields["status"]),
            "action": lambda lead: FOLDED[lead.fields["action"]],
            "targetName": lambda lead: FOLDED[lead.fields["targetName"]],
            "order": lambda lead: lead.fields["order"],
            "createdAt": lambda lead: lead.born,
            "updatedAt": lambda lead: lead.touched,
        }
        return sorted(leads, key=lambda lead: (keys[sort](lead), lead.born), reverse=descending)

    def all_pages(self, who, path, total):
        """The ids of a list, following `Link` to its end."""
        found = []
        while path:
            response = self.api[who].get(path)
            assert (response.status_code, response["X-Total-Count"]) == (200, str(total))
            found += [lead["id"] for lead in response.json()]
            onward = re.search(r'</v1([^>]*)>; rel="next"', response.get("Link", ""))
            path = onward and onward[1]
        return found

    def tag(self, lead, which):
        return {"its": lead.etag, "stale": '"stale"'}.get(which)

    def is_refused(self, response, who, lead, tag):
        if lead.deleted:
            return self.is_error(response, LOST)
        if lead.dealer != who:
            return self.is_error(response, NOT_YOURS)
        return tag == "stale" and self.is_error(response, (412, "PRECONDITION_FAILED"))

    def is_error(self, response, expected):
        assert (response.status_code, response.json()["error"]["code"]) == expected
        return True

    def reorder_error(self, who, owner, car, leads):
        if len({lead.id for lead in leads}) < len(leads):
            return REFUSED
        if owner != who:
            return NO_CAR
        for lead in leads:
            if lead.deleted or lead.dealer != who:
                return LOST
            if lead.car != car:
                return REFUSED
        return None

    def agrees(self, response, lead, changed):
        """200, and an ETag that is a new one if and only if something changed."""
        if changed:
            lead.outdated.add(lead.etag)
        assert response.status_code == 200
        assert response["ETag"] not in lead.outdated
        assert changed or lead.etag in (None, response["ETag"])
        lead.etag = response["ETag"]


def test_two_dealerships_at_random(db):
    play(Dealerships, 8, 40)


@pytest.mark.slow
def test_two_dealerships_at_random_for_minutes(db):
    play(Dealerships, 200, 60)
