"""A salesperson and a manager of Casa's at their board."""

import pytest
from django.db import connection

from conftest import make_car
from leads.board.tests.boards import Board
from leads.models import Lead
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import make_staff

ROWS = 20_000
# What tells one lead from another, for so many copies of one lead.
NUMBERED = {
    "id": "gen_random_uuid()",
    "order": "n",
    "status": "(ARRAY['NEW', 'COMPLETED', 'NOT_NEEDED'])[n % 3 + 1]",
    "tag": "'Tag ' || n / 3 % 9",
    "tag_folded": "'tag ' || n / 3 % 9",
    "search_text": "E'call\\nsara alami ' || n || E'\\n'",
    "contact_text": "'+212-6' || lpad(n::text, 8, '0') || E'\\n' || '2126' || lpad(n::text, 8, '0')",
}


@pytest.fixture
def many(lead):
    """20,000 more leads of that car, on PostgreSQL."""
    columns = [field.column for field in Lead._meta.local_concrete_fields if not field.generated]
    values = ", ".join(NUMBERED.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    copies = f"INSERT INTO leads_lead ({names}) SELECT {values} FROM leads_lead, generate_series(1, {ROWS}) AS n"
    with connection.cursor() as cursor:
        cursor.execute(copies)
        # What autovacuum does after a minute.
        cursor.execute("SELECT gin_clean_pending_list('lead_searched')")
        cursor.execute("ANALYZE leads_lead")


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
