"""Searching the board: one look for all columns, which PostgreSQL answers from its index and not from the whole table."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conftest import make_lead
from leads.board.columns import PAGE, leads_of, look, state, view
from leads.board.filters import Filters
from leads.models import Status

pytestmark = pytest.mark.django_db

NOW = timezone.now()

FOUND = [
    # (what is typed, how many leads it finds)
    ("alami 19999", 1),
    ("06 00 01 99 99", 1),
    ("+212-600012345", 1),
    ("00019999", 1),
    ("nobody", 0),
    ("سارة", 0),
    ("19999 saturday", 1),  # the note
    ("duster 19999", 1),  # the car, the name
    ("duster 77777", 0),
    ("marrakech4999", 4),  # the car alone
    ("marrakech nobody", 0),
]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL: SQLite goes through a dealership")
def test_no_search_goes_through_the_whole_table(casa, many):
    for typed, found in FOUND:
        filters = Filters(casa, search=typed)
        assert filters.leads.count() == found, typed
        with CaptureQueriesContext(connection) as asked:
            leads_of(filters, look(filters, dict.fromkeys(Status, PAGE)))
        plans = "\n".join(plan_of(query["sql"]) for query in asked.captured_queries)
        assert "lead_searched" in plans and "Seq Scan on leads_lead" not in plans, f"{typed}: {plans}"


def test_all_columns_are_one_statement(casa, lead, django_assert_num_queries):
    with django_assert_num_queries(2):  # before it, the cars of that word
        look(Filters(casa, search="sara"), dict.fromkeys(Status, PAGE))


@pytest.mark.parametrize("size", [2, PAGE])
def test_a_search_that_finds_all_shows_what_the_whole_board_shows(casa, civic, size):
    for number in range(9):
        make_lead(civic, order=number % 3, status=["NEW", "COMPLETED", "NEW"][number % 3])
    assert state_of(Filters(casa, search="sara"), size) == state_of(Filters(casa), size)


def state_of(filters, size=PAGE):
    return state(view(filters, dict.fromkeys(Status, size), now=NOW))


def plan_of(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())
