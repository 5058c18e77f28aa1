"""Twelve leads of a November at Casa Motors, as the examples of the API's document tell of them."""

from datetime import UTC, datetime, timedelta

from conftest import make_car
from leads.actions import archive_lead, change_lead, create_lead, delete_lead
from steerleads.dealers.actors import Actor

WEBSITE, SARA, KARIM = Actor("api_key", "Website"), Actor("staff", "Sara Alami"), Actor("staff", "Karim Idrissi")
AN_IMPORT = Actor("import", "hubspot")
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DONE, DROPPED, OPEN = {"status": "COMPLETED"}, {"status": "NOT_NEEDED"}, {"status": "NEW"}
NOTE = {"note": "Called, comes on Saturday"}

# (name, tag, status, made by, day and hour, [(seconds later, by whom, what), …])
LEADS = [
    ("closed overnight", "Hot Lead", "NEW", WEBSITE, (3, 19, 30), [(48_000, SARA, DONE)]),
    ("called, then closed", "hot lead", "NEW", WEBSITE, (4, 10, 0), [(3000, SARA, NOTE), (100_000, KARIM, DONE)]),
    ("closed in two days", "Hot Lead", "NEW", WEBSITE, (5, 11, 0), [(172_800, SARA, DONE)]),
    ("closed late", "Hot Lead", "NEW", WEBSITE, (19, 9, 30), [(120, KARIM, NOTE), (930_600, SARA, DONE)]),
    (
        "reopened",
        "Hot Lead",
        "NEW",
        WEBSITE,
        (2, 10, 0),
        [(600, SARA, NOTE), (518_400, SARA, DONE), (604_800, KARIM, OPEN)],
    ),
    ("archived", "HOT LEAD", "NEW", WEBSITE, (10, 15, 0), [(1500, KARIM, NOTE), (154_800, KARIM, "archive")]),
    ("dropped", "Hot Lead", "NEW", WEBSITE, (6, 14, 0), [(57_600, SARA, DROPPED)]),
    ("waiting", "Hot Lead", "NEW", WEBSITE, (30, 9, 0), []),
    ("deleted", "Hot Lead", "NEW", WEBSITE, (25, 10, 0), [(86_400, WEBSITE, "delete")]),
    ("typed by hand", "Hot Lead", "NEW", SARA, (11, 10, 0), [(86_400, SARA, DROPPED)]),
    ("brought", None, "NEW", AN_IMPORT, (20, 10, 0), []),
    ("made as not needed", "Hot Lead", "NOT_NEEDED", WEBSITE, (13, 10, 0), []),
]


def live_through(dealership, set_clock):
    """Let all of it happen at its times, in order; {name: id}. `set_clock` is given each moment."""
    car, ids = make_car(dealership), {}
    for moment, happen in sorted(_moments(dealership, car, ids), key=lambda each: each[0]):
        set_clock(moment)
        happen()
    set_clock(NOW)
    return ids


def _moments(dealership, car, ids):
    for name, tag, status, actor, (day, hour, minute), later in LEADS:
        created = datetime(2026, 11, day, hour, minute, tzinfo=UTC)
        yield created, _creation(dealership, car, ids, name, {"tag": tag, "status": status}, actor)
        for seconds, by, what in later:
            yield created + timedelta(seconds=seconds), _change(dealership, ids, name, by, what)


def _creation(dealership, car, ids, name, fields, actor):
    fields = {"action": "Call", "target_name": name, "target_info": "+212-600-123456", **fields}

    def create():
        ids[name] = create_lead(dealership, car.pk, fields, actor=actor).pk

    return create


def _change(dealership, ids, name, actor, what):
    def change():
        if what == "archive":
            archive_lead(dealership, ids[name], actor=actor)
        elif what == "delete":
            delete_lead(dealership, ids[name], actor=actor)
        else:
            change_lead(dealership, ids[name], what, actor=actor)

    return change
