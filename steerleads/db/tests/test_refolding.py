"""Migrations that fold texts anew: every folded column of every row, whatever it held, and nothing else."""

from importlib import import_module

import pytest
from django.apps import apps

from conftest import make_car, make_lead
from steerleads.db import refolding
from steerleads.db.columns import FoldedField

MIGRATIONS = {"cars": "cars.migrations.0003_fold_further", "leads": "leads.migrations.0005_fold_further"}
FOLDED = {
    model: names
    for model in apps.get_models()
    if (names := [field.name for field in model._meta.get_fields() if isinstance(field, FoldedField)])
}


def _columns(model, names):
    return list(model.objects.order_by("pk").values_list(*names))


def _run_migrations():
    for name in MIGRATIONS.values():
        import_module(name).fold_further(apps, None)


@pytest.fixture
def rows(casa, monkeypatch):
    monkeypatch.setattr(refolding, "BATCH", 2)
    cars = [make_car(casa, model=f"L’{n}", location="Fès", plate=f"١٢٣{n}-أ-6") for n in range(5)]
    for car in cars:
        make_lead(car, action="Appeler – ٱلرحمن", target_info="٠٦٠٠–١٢٣٤٥٦", tag="کریم", note="À rappeler")


@pytest.mark.parametrize("model", FOLDED, ids=lambda model: model.__name__)
def test_every_folded_column_is_written_anew(rows, model):
    fresh = _columns(model, FOLDED[model])
    assert None not in fresh[0]
    model.objects.update(**dict.fromkeys(FOLDED[model], "as it was folded once"))
    _run_migrations()
    assert _columns(model, FOLDED[model]) == fresh


@pytest.mark.parametrize("model", FOLDED, ids=lambda model: model.__name__)
def test_nothing_else_is_touched(rows, model):
    others = [field.attname for field in model._meta.concrete_fields if field.name not in FOLDED[model]]
    before = _columns(model, others)
    model.objects.update(search_text="as it was folded once")
    _run_migrations()
    assert _columns(model, others) == before


def test_rows_that_are_folded_already_are_not_written(rows, django_assert_max_num_queries):
    with django_assert_max_num_queries(2 * 4 * 3):  # two tables, three full batches and an empty one of each
        _run_migrations()
