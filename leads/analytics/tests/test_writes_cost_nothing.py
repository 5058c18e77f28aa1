"""Writes of leads cost nothing more for figures (contract-analytics A23): no statement, index or trigger more."""

import re

import pytest
from django.db import connection

from conftest import make_lead
from leads import actions
from leads.analytics.catching_up import catch_up
from leads.models import Lead, LeadEvent
from leads.ordering.placing import Place
from steerleads.dealers.actors import Actor
from steerleads.tests.test_query_counts import LEAD, statements

INDEXES = {
    Lead: {
        *("lead_order", "lead_car", "lead_column", "lead_status", "lead_action", "lead_target_name", "lead_created"),
        *("lead_updated", "lead_tags"),
    },
    LeadEvent: {"event_lead", "event_waiting", "event_sequence"},
}
SEARCH = {"lead_searched"}  # trigrams, on PostgreSQL
TRIGGERS = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'leads_%'",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'leads_%'",
}
LOCK = ("SELECT", "leads_lead")
CHANGE, TELL = ("UPDATE", "leads_lead"), ("INSERT INTO", "leads_leadevent")
ORDER = ("SELECT", "dealers_dealership")
SARA = Actor("staff", "Sara Alami")


def shape(sql):
    """(what it does, the first table that it names)"""
    verb = re.match(r"SELECT|UPDATE|INSERT INTO|DELETE FROM|WITH", sql.lstrip())[0]
    return verb, re.search(r'(?:FROM|UPDATE|INTO) "?(\w+)', sql)[1]


@pytest.fixture
def rows(api, civic):
    api.get("/auth/test")
    return [make_lead(civic, order=number) for number in range(3)]


WRITES = {
    "create": (
        lambda api, rows: api.post(f"/leads/car/{rows[0].car_id}", LEAD),
        [("SELECT", "cars_car"), ("INSERT INTO", "leads_lead"), TELL],
    ),
    "change": (lambda api, rows: api.patch(f"/leads/{rows[0].pk}", {"status": "COMPLETED"}), [LOCK, CHANGE, TELL]),
    "archive": (lambda api, rows: api.post(f"/leads/{rows[0].pk}/archive"), [LOCK, CHANGE, TELL]),
    "order": (
        lambda api, rows: api.patch(f"/leads/{rows[0].pk}/order", {"order": 9}),
        [ORDER, LOCK, CHANGE, TELL],
    ),
    "reorder": (
        lambda api, rows: api.patch(
            f"/leads/car/{rows[0].car_id}/reorder", {"leadOrders": [{"id": str(rows[0].pk), "order": 9}]}
        ),
        [ORDER, ("SELECT", "cars_car"), LOCK, CHANGE, TELL],
    ),
    "move": (
        lambda api, rows: actions.move_lead(rows[0].dealership, rows[0].pk, Place("NEW", after=rows[2].pk), actor=SARA),
        [ORDER, LOCK, LOCK, LOCK, CHANGE, TELL],
    ),
}


@pytest.mark.parametrize(("write", "expected"), WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("counted", [False, True], ids=["nobody looked", "facts are there"])
def test_a_write_has_the_statements_that_it_had(casa, api, rows, write, expected, counted):
    if counted:
        catch_up(casa)
    _answer, sql = statements(lambda: write(api, rows))
    assert [shape(each) for each in sql] == expected


@pytest.mark.parametrize("model", INDEXES, ids=lambda model: model.__name__)
def test_the_tables_that_are_written_have_no_other_index(db, model):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    own = f"{model._meta.db_table}_car_id"  # a foreign key's
    names = {
        name
        for name, facts in found.items()
        if (facts["index"] or facts["unique"]) and not facts["primary_key"] and not name.startswith(own)
    }
    assert names - SEARCH == INDEXES[model]


def test_no_trigger_writes_along(db):
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        assert cursor.fetchall() == []
