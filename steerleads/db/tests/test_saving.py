"""Objects written by a kept statement are as if they were saved."""

import pytest
from django.db import DatabaseError

from conftest import TESTER, make_lead
from leads.history import change_event
from leads.models import EventKind, Lead, LeadEvent
from steerleads.db.saving import insert, update


def values_of(thing):
    return {field.attname: getattr(thing, field.attname) for field in thing._meta.concrete_fields}


def test_an_inserted_object_is_as_it_was(casa, civic):
    lead = Lead(
        dealership=casa, car=civic, action="Rappeler", target_name="أحمد", target_info="+212", status="COMPLETED"
    )
    lead.fold()
    insert(lead)
    found = Lead.objects.get()
    assert lead.status_rank == 1  # the database's own column is read when it is asked for
    assert values_of(found) == values_of(lead)
    lead.save(update_fields=["note"])  # not as a new one


def test_json_is_written_as_json(casa, lead):
    LeadEvent.objects.all().delete()
    event = change_event(lead, EventKind.CHANGED, {"note": None, "order": 5, "tag": "é"}, actor=TESTER)
    insert(event)
    assert values_of(LeadEvent.objects.get()) == values_of(event)
    assert LeadEvent.objects.filter(changes__order__from=5, texts__tag__to=None).exists()


def test_only_what_is_named_is_updated(civic):
    lead, other = make_lead(civic), make_lead(civic)
    lead.action, lead.note, lead.order = "Autre", "Tomorrow", 7
    update(lead, ["note", "order"])
    found = Lead.objects.get(pk=lead.pk)
    assert (found.action == "Autre", found.note, found.order) == (False, "Tomorrow", 7)
    assert Lead.objects.get(pk=other.pk).note is None


def test_what_is_not_there_cannot_be_updated(lead):
    Lead.objects.all().delete()
    with pytest.raises(DatabaseError, match="no such row"):
        update(lead, ["note"])
