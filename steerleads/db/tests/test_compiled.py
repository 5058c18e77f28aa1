"""Statements that are compiled once say the same as the querysets that they are made of."""

import gc

import pytest
from django.db import connection, transaction
from django.db.models import Max
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from conftest import make_lead
from leads.models import Lead
from steerleads.api.list_query import ListQuery
from steerleads.db import compiled
from steerleads.db.compiled import FilterPlan, by_id

NAMES = ("id", "target_name", "tag", "order", "archived", "created_at", "status_rank")
ROW = by_id(lambda dealership, id: Lead.objects.of(dealership).filter(pk=id).values_list(*NAMES))
OBJECT = by_id(lambda dealership, id: Lead.objects.of(dealership).filter(pk=id))
LOCKED = by_id(lambda dealership, id: Lead.objects.of(dealership).filter(pk=id).select_for_update())


def test_a_row_is_what_the_queryset_gives(casa, civic):
    lead = make_lead(civic, target_name="أحمد", status="COMPLETED")
    assert tuple(ROW.row(casa.pk, lead.pk)) == Lead.objects.values_list(*NAMES).get()


def test_an_object_is_what_the_queryset_gives(casa, lead):
    found, expected = OBJECT.object(casa.pk, lead.pk), Lead.objects.get()
    fields = [field.attname for field in Lead._meta.concrete_fields]
    assert [getattr(found, name) for name in fields] == [getattr(expected, name) for name in fields]
    found.save(update_fields=["note"])  # not as a new one


def test_nothing_found_is_none(casa, atlas, lead):
    assert ROW.row(atlas.pk, lead.pk) is None
    assert OBJECT.object(atlas.pk, lead.pk) is None


def test_it_is_counted_like_any_other_query(casa, lead):
    with CaptureQueriesContext(connection) as queries:
        ROW.row(casa.pk, lead.pk)
    assert len(queries) == 1 and "leads_lead" in queries[0]["sql"]


def test_only_so_many_shapes_are_kept(casa, monkeypatch):
    monkeypatch.setattr(compiled, "MOST_KEPT", 3)
    for most in range(10):
        found = FilterPlan(("test",), lambda dealership: Lead.objects.of(dealership), casa.pk)
        assert found.rows(most, lambda leads, most=most: leads.values_list("pk")[: most + 1]) == []
        assert len(compiled._kept) <= 3
    assert list(compiled._kept) == [(("test",), 7), (("test",), 8), (("test",), 9)]  # the oldest go first


def test_one_that_another_thread_throws_away_meanwhile_answers_all_the_same(casa, lead, monkeypatch):
    monkeypatch.setattr(compiled, "_keep", lambda key, statement: compiled._kept.clear())
    found = FilterPlan(("test",), lambda dealership: Lead.objects.of(dealership), casa.pk)
    assert len(found.rows(0, lambda leads: leads.values_list("pk"))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_lock_without_a_transaction_is_refused_each_time(casa, lead):
    with transaction.atomic():
        assert LOCKED.object(casa.pk, lead.pk) == lead
    for _ in range(2):
        with pytest.raises(TransactionManagementError):
            LOCKED.object(casa.pk, lead.pk)


def test_the_request_that_came_first_is_not_kept_with_its_statement(api, lead):
    compiled._kept.clear()
    before = queries_in_memory()
    assert api.get("/leads", query={"search": "sara"}).status_code == 200
    assert queries_in_memory() == before
    assert len(compiled._kept) == 1


def queries_in_memory():
    gc.collect()
    # Not isinstance(): it asks the object, which may be a proxy of one that is gone.
    return sum(issubclass(type(found), ListQuery) for found in gc.get_objects())


def test_what_is_no_plain_column_is_converted_as_well(casa, lead):
    latest = by_id(lambda dealership, id: Lead.objects.of(dealership).filter(pk=id).values_list(Max("updated_at")))
    assert tuple(latest.row(casa.pk, lead.pk)) == (lead.updated_at,)


def test_whoever_listens_to_statements_sees_those_that_are_compiled(api, lead):
    api.get(f"/leads/{lead.pk}")
    seen = []

    def listen(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        assert api.get(f"/leads/{lead.pk}").status_code == 200
    assert any('FROM "leads_lead"' in sql for sql in seen)


def test_a_broken_transaction_runs_no_compiled_statement(lead):
    with pytest.raises(TransactionManagementError), transaction.atomic():
        transaction.set_rollback(True)
        ROW.row(lead.dealership_id, lead.pk)
