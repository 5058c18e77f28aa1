"""A salesperson and a manager of Casa's at their board."""

import pytest
from django.db import connection

from cars.models import Car
from conftest import make_car
from leads.board.tests.boards import Board
from leads.models import Lead
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import make_staff

ROWS, CARS = 20_000, 5_000
# What tells one lead from another, for so many copies of one lead.
NUMBERED = {
    "id": "gen_random_uuid()",
    "order": "n",
    "status": "(ARRAY['NEW', 'COMPLETED', 'NOT_NEEDED'])[n % 3 + 1]",
    "tag": "'Tag ' || n / 3 % 9",
    "tag_folded": "'tag ' || n / 3 % 9",
    "search_text": "E'call\\nsara alami ' || n || E'\\n'",
    "note_text": "'saturday ' || n",
    "car_id": "(ARRAY(SELECT id FROM cars_car ORDER BY id))[n % 5000 + 1]",
    "contact_text": "'+212-6' || lpad(n::text, 8, '0') || E'\\n' || '2126' || lpad(n::text, 8, '0')",
}
NUMBERED_CARS = {
    "id": "gen_random_uuid()",
    "search_text": "E'dacia\\nduster ' || n",
    "staff_text": "'marrakech' || n",
}


@pytest.fixture
def many(lead):
    """20,000 more leads of 5,000 more cars, on PostgreSQL."""
    with connection.cursor() as cursor:
        _copy(cursor, Car, CARS, NUMBERED_CARS)
        _copy(cursor, Lead, ROWS, NUMBERED)
        # What autovacuum does after a minute.
        for index in ("lead_searched", "car_search"):
            cursor.execute(f"SELECT gin_clean_pending_list('{index}')")
        cursor.execute("ANALYZE leads_lead, cars_car")


def _copy(cursor, model, times, numbered):
    """So many copies of the one row of a table."""
    table, columns = (
        model._meta.db_table,
        [each.column for each in model._meta.local_concrete_fields if not each.generated],
    )
    values = ", ".join(numbered.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table}, generate_series(1, {times}) AS n")


@pytest.fixture
def seller(casa):
    _speaking_english(casa)
    return Board(make_staff(casa, first_name="Amina", last_name="Tazi"))


@pytest.fixture
def boss(casa):
    _speaking_english(casa)
    return Board(make_staff(casa, Role.MANAGER, first_name="Nadia", last_name="Berrada"))


@pytest.fixture
def clio(casa):
    return make_car(casa, make="Renault", model="Clio", plate="12345-أ-6", stock_number="A-17")


def _speaking_english(dealership):
    Dealership.objects.filter(pk=dealership.pk).update(language="en")
