"""What leads/fields.py says is true of the model, of folding, of the history, and of what erasing a person leaves."""

import pytest
from django.db import models
from django.utils import timezone

from conftest import TESTER, make_lead
from leads.actions import archive_lead, change_lead
from leads.fields import BODY_FIELDS, FIELDS, FOLDED_COLUMNS, FOLDED_FIELDS, FOLDED_FROM, TEXT_FIELDS, Keeps
from leads.filters import LeadFilters
from leads.models import Lead, LeadEvent
from leads.privacy.people import erase_leads, leads_of_person, mentions, persons_in
from steerleads.api.filters import FoldedFilter
from steerleads.api.objects import object_of

WRITTEN_BY_VERBS = {"id", "dealership_id", "car_id", "created_at", "updated_at", "version", "status_rank"}
FIRST = {field.column: f"Zoubida {field.column}" for field in TEXT_FIELDS}
LATER = {field.column: f"Qarfaoui {field.column}" for field in TEXT_FIELDS}

each_field = pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
each_written = pytest.mark.parametrize("field", BODY_FIELDS, ids=lambda field: field.name)
each_text = pytest.mark.parametrize("field", TEXT_FIELDS, ids=lambda field: field.name)
each_folded = pytest.mark.parametrize("field", FOLDED_FIELDS, ids=lambda field: field.name)


def column_of(name):
    return Lead._meta.get_field(name)


# --- The model -----------------------------------------------------------------------------------


def test_every_column_is_a_field_or_follows_from_one():
    columns = {column.attname for column in Lead._meta.concrete_fields}
    assert columns == {field.column for field in FIELDS} | FOLDED_COLUMNS | WRITTEN_BY_VERBS


def test_every_column_of_text_has_an_entry_that_says_what_becomes_of_it():
    kinds = (models.CharField, models.TextField)
    texts = {column.attname for column in Lead._meta.concrete_fields if isinstance(column, kinds)}
    assert texts - {"status"} == {field.column for field in TEXT_FIELDS} | FOLDED_COLUMNS


@each_written
def test_a_body_takes_what_the_column_holds(field):
    column = column_of(field.column)
    assert (field.is_nullable, field.body.required) == (column.null, not (column.null or column.has_default()))
    if field.is_text:
        assert field.body.max_length == column.max_length


@each_folded
def test_what_may_be_empty_is_folded_to_nothing(field):
    assert column_of(field.folded).null == field.is_nullable


def test_filters_compare_the_folded_columns():
    filters = {name: each for name, each in LeadFilters.base_filters.items() if isinstance(each, FoldedFilter)}
    assert {name: each.field_name for name, each in filters.items()} == {
        field.name: field.folded for field in FOLDED_FIELDS
    }


@each_text
def test_a_text_is_folded_again_if_something_follows_from_it(field):
    lead, other = Lead(**FIRST), Lead(**FIRST | {field.column: "0612345678"})
    lead.fold()
    other.fold()
    differs = any(getattr(lead, column) != getattr(other, column) for column in FOLDED_COLUMNS)
    assert differs is (field.column in FOLDED_FROM)


# --- A person ------------------------------------------------------------------------------------


@pytest.fixture
def zoubida(civic, casa):
    """A lead with a person's name in every text, as it was and as it is."""
    lead = make_lead(civic, **FIRST)
    change_lead(casa, lead.pk, {**LATER, "status": "COMPLETED", "order": 5}, actor=TESTER)
    return archive_lead(casa, lead.pk, actor=TESTER)


def history():
    """All that the events hold."""
    return str(list(LeadEvent.objects.values()))


def erase(dealership, lead):
    name = lead.target_name
    return erase_leads(dealership, name, leads_of_person(dealership, name), actor=TESTER, now=timezone.now())


@each_field
def test_the_history_keeps_of_a_field_what_is_said(zoubida, field):
    created, changed, archived = LeadEvent.objects.order_by("at", "id")
    event = archived if field.column == "archived" else changed
    values, texts = event.changes.get(field.name), (event.texts or {}).get(field.name)
    assert {
        Keeps.VALUE: values is not None and values["from"] != values["to"] and texts is None,
        Keeps.TEXT: values is None and texts == {"from": FIRST.get(field.column), "to": LATER.get(field.column)},
        Keeps.CHANGE: values == {"from": None, "to": None} and texts is None,
    }[field.keeps]


@each_text
def test_no_text_of_an_erased_person_is_left_in_the_lead_or_its_history(zoubida, casa, field):
    assert (FIRST[field.column] in history()) is (field.keeps is Keeps.TEXT)
    assert erase(casa, zoubida) == 1
    assert not Lead.objects.exists()
    assert FIRST[field.column] not in history() and LATER[field.column] not in history()


def test_values_stay_in_the_history_of_an_erased_person(zoubida, casa):
    before = [event.changes for event in LeadEvent.objects.order_by("at", "id")]
    erase(casa, zoubida)
    events = LeadEvent.objects.order_by("at", "id")
    assert [event.changes for event in events][:-1] == before
    kept = {name for event in events for name in event.changes}
    assert {field.name for field in FIELDS if field.keeps is not Keeps.TEXT} <= kept
    assert [event.texts for event in events] == [None] * 4


@each_text
def test_a_mention_is_found_in_every_text(civic, casa, field):
    other = make_lead(civic, **{field.column: "Sara Alami"} | {"target_name": "Karim", "target_info": "k@x.ma"})
    if field.names_person:
        Lead.objects.update(**{field.column: "for Sara Alami"})
    assert mentions(casa, persons_in("Sara Alami", [])) == [other.pk]


# --- Objects -------------------------------------------------------------------------------------


def test_an_object_is_made_of_a_row_by_its_columns_names():
    shown = object_of({"id": "pk", "it's": "name", "car": {"id": "car_id"}}, ["car_id", "name", "pk"])
    assert shown((1, "Sara", 2)) == {"id": 2, "it's": "Sara", "car": {"id": 1}}
    assert list(shown((1, "Sara", 2))) == ["id", "it's", "car"]
    with pytest.raises(ValueError):
        shown((1, "Sara", 2, "of another column"))


def test_what_columns_do_not_say_is_finished_by_a_function_that_gets_further_columns():
    shown = object_of({"id": "pk"}, ["pk", "texts"], lambda shown, texts: {**shown, "words": len(texts)}, ["texts"])
    assert shown((1, ["Sara", "Karim"])) == {"id": 1, "words": 2}
