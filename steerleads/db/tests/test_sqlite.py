"""Our SQLite backend: the driver makes ids, times and booleans of what a column holds, in whatever query it stands."""

import copy
import pickle
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from axes.models import AccessAttempt
from django.db import OperationalError, connection
from django.db.models import F, Max, OuterRef, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.test.utils import CaptureQueriesContext

from cars.models import Car
from conftest import make_lead
from leads.models import Lead

pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only on SQLite"),
    pytest.mark.django_db,
]


def test_an_id_is_like_any_other(lead):
    [found] = Lead.objects.values_list("pk", flat=True)
    assert type(found) is UUID and found == UUID(str(found)) == lead.pk
    assert hash(found) == hash(lead.pk) and found.hex == lead.pk.hex and found.is_safe is lead.pk.is_safe
    assert pickle.loads(pickle.dumps(found)) == copy.deepcopy(found) == lead.pk


@pytest.mark.parametrize("microsecond", [0, 7, 123_000, 999_999])
def test_a_time_is_in_utc(lead, microsecond):
    then = datetime(2024, 2, 29, 23, 59, 59, microsecond, UTC)
    Lead.objects.update(created_at=then, updated_at=then)
    [found] = Lead.objects.values_list("created_at", flat=True)
    assert (found, found.tzinfo) == (then, UTC)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2030-01-01", datetime(2030, 1, 1, tzinfo=UTC)),
        ("2030-01-01 10:30", datetime(2030, 1, 1, 10, 30, tzinfo=UTC)),
        ("2030-01-01 10:30:00.5", datetime(2030, 1, 1, 10, 30, 0, 500_000, UTC)),
        ("2030-01-01T10:30:00Z", datetime(2030, 1, 1, 10, 30, tzinfo=UTC)),
        ("2030-01-01 10:30:00+01:00", datetime(2030, 1, 1, 9, 30, tzinfo=UTC)),
        ("0999-01-01 00:00:00", datetime(999, 1, 1, tzinfo=UTC)),
        ("2030-01-01 10:30+01", datetime(2030, 1, 1, 9, 30, tzinfo=UTC)),  # as long as one of our own
        ("2030-01-01 10:30:00.1+0100", datetime(2030, 1, 1, 9, 30, 0, 100_000, UTC)),
        ("tomorrow", None),
        ("tomorrow, at midday", None),
        ("", None),
    ],
)
def test_a_time_written_by_hand_is_understood(lead, text, read):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_lead SET created_at = %s", [text])
    [found] = Lead.objects.values_list("created_at", flat=True)
    assert found == read and (found is None or found.tzinfo)


QUERIES = {
    "a column": lambda leads: leads.values_list("pk", "created_at", "archived"),
    "a whole object": lambda leads: [(lead.pk, lead.created_at, lead.archived) for lead in leads],
    "in groups": lambda leads: leads.values_list("pk", "created_at", "archived").annotate(most=Max("order")),
    "distinct": lambda leads: leads.values_list("pk", "created_at", "archived").distinct(),
    "a union": lambda leads: (
        leads.order_by()
        .values_list("pk", "created_at", "archived")
        .union(leads.order_by().values_list("pk", "created_at", "archived"))
    ),
    "another name": lambda leads: leads.annotate(a=F("pk"), b=F("created_at"), c=F("archived")).values_list(
        "a", "b", "c"
    ),
    "a window": lambda leads: (
        leads.annotate(row=Window(RowNumber(), order_by="order"))
        .filter(row=1)
        .values_list("pk", "created_at", "archived")
    ),
    "a maximum": lambda leads: leads.values_list(Max("pk"), Max("created_at"), Max("archived")),
    "computed": lambda leads: leads.values_list(Coalesce("pk", "pk"), Coalesce("created_at", "created_at"), "archived"),
    "a subquery": lambda leads: leads.values_list(
        *(Subquery(Lead.objects.filter(pk=OuterRef("pk")).values(name)) for name in ("pk", "created_at", "archived"))
    ),
}


@pytest.mark.parametrize("query", QUERIES)
def test_all_queries_give_the_same(lead, query):
    [found] = QUERIES[query](Lead.objects.all())
    assert found[:3] == (lead.pk, lead.created_at, False)
    assert [type(value) for value in found[:3]] == [UUID, datetime, bool]


def test_what_refers_to_another_is_its_id(lead):
    assert [*Lead.objects.values_list("car_id", "car", "car__id")] == [(lead.car_id,) * 3]
    assert Car.objects.filter(leads__car_id=lead.car_id).get().pk == lead.car_id


@pytest.mark.parametrize("address", ["127.0.0.1", "2001:db8:1111:2222:3333:444:55:6", "fe80::1"])
def test_an_address_whose_column_is_declared_alike_stays_what_it_is(address):
    columns = {"ip_address": address, "username": "sara", "failures_since_start": 1}
    # Not by `save`, of which axes would tell its handler: ours keeps no such rows.
    AccessAttempt.objects.bulk_create([AccessAttempt(**columns, get_data="", post_data="", http_accept="")])
    assert AccessAttempt.objects.get().ip_address == address


def test_rows_are_read_past_the_cursor_but_heard_of(civic):
    made = make_lead(civic)
    later = made.created_at + timedelta(days=1)
    asked = "SELECT id, '100%%' FROM leads_lead WHERE created_at < %s", [str(later.replace(tzinfo=None))]
    with CaptureQueriesContext(connection) as captured:
        heard = connection.rows(*asked)
    assert heard == connection.rows(*asked) == [(made.pk, "100%")]
    assert len(captured) == 1


def test_errors_are_djangos_own(db):
    with pytest.raises(OperationalError):
        connection.rows("SELECT nothing", [])
