"""Whatever a board asks, the database reads what is shown and not what there is: with 20,000 leads, on PostgreSQL."""

import json
import re

import pytest
from django.db import connection

from conftest import make_car, make_lead
from leads.board.columns import MOST_COUNTED
from leads.board.tests.conftest import ROWS
from leads.feed import number_events
from leads.models import Lead

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL, which says what it read"),
]

OF_A_TAG = ROWS // 9 + 1
QUERIES = [
    # (what is asked, how many leads the database may look at, the number above New)
    ("", MOST_COUNTED + 1, "1,000+"),
    ("NEW=200&COMPLETED=0", MOST_COUNTED + 1, "1,000+"),
    ("NEW=1200", 1201, "1,200+"),
    ("tag=Tag+3", OF_A_TAG, "741"),
]


@pytest.mark.parametrize(("query", "most", "count"), QUERIES)
def test_a_board_reads_no_more_leads_than_it_shows_and_counts(seller, many, query, most, count):
    for ask in (seller.page, seller.state):
        for asked in statements(lambda ask=ask: ask(query)):
            assert rows_read(*asked) <= most, asked
    assert seller.state(query).json()["columns"]["NEW"]["shown"] == count


def test_a_poll_of_an_unchanged_board_reads_no_lead(seller, many):
    tag = seller.state()["ETag"]
    asked = statements(lambda: seller.state(if_none_match=tag))
    assert len(asked) == 5 and not [sql for sql, _parameters in asked if '"leads_lead"' in sql]
    number_events(Lead.objects.first().dealership)
    again = seller.state(if_none_match=tag)["ETag"]
    for asked in statements(lambda: seller.state(if_none_match=again)):
        assert rows_read(*asked, table="leads_leadevent") <= 1, asked


def test_tags_are_found_by_their_number(seller, many, civic):
    make_lead(make_car(civic.dealership), tag="Élan")
    [asked] = [asked for asked in statements(seller.page) if "RECURSIVE" in asked[0]]
    assert rows_read(*asked) <= 3 * 10
    assert re.findall("<option>(.*?)</option>", seller.page()) == ["Élan", *(f"Tag {n}" for n in range(9))]


def statements(act):
    """[(SQL, parameters), …] of what it asks."""
    asked = []

    def note(execute, sql, parameters, many, context):
        asked.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        act()
    return [each for each in asked if each[0].startswith(("SELECT", "\n    WITH"))]


def rows_read(sql, parameters, table="leads_lead"):
    """How many rows of that table it has the database look at, found or not."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        [answer] = cursor.fetchone()
    plan = json.loads(answer) if isinstance(answer, str) else answer
    return sum(rows_of(node) for node in nodes(plan[0]["Plan"]) if node.get("Relation Name") == table)


def rows_of(node):
    left_out = sum(value for name, value in node.items() if name.startswith("Rows Removed by"))
    return (node["Actual Rows"] + left_out) * node["Actual Loops"]


def nodes(plan):
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)
