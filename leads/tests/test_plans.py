"""SQLite takes the index that was made for each question. PostgreSQL's plans are in steerleads/tests/test_large.py."""

import pytest
from django.db import connection

from leads.models import Lead
from leads.work.dealing import works_by_key

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="only on SQLite, which has no statistics of its own"
)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda leads, lead: leads.filter(pk__in=[lead.pk, lead.car_id]).order_by("pk"), "autoindex_leads_lead_1"),
        (lambda leads, lead: leads.with_archived(False).filter(car_id=lead.car_id), "lead_car"),
        (lambda leads, lead: leads.with_archived(False), "lead_order"),
        (lambda leads, lead: leads.with_archived(False).with_status("NEW"), "lead_column"),
        (lambda leads, lead: leads.with_archived(False).filter(target_name_folded="x"), "lead_target_name"),
        (lambda leads, lead: leads.with_archived(False).filter(tag_folded="x"), "lead_tags"),
        (lambda leads, lead: leads.with_archived(False).order_by("action_folded", "created_at", "id"), "lead_action"),
        (lambda leads, lead: leads.with_archived(False).order_by("created_at", "id"), "lead_created"),
    ],
)
def test_a_question_takes_its_index(casa, lead, ask, index):
    plan = ask(Lead.objects.of(casa), lead).explain()
    assert index in plan.splitlines()[0]


@pytest.mark.parametrize(("key", "index"), [("contact_phone", "work_phone"), ("contact_email", "work_email")])
def test_the_same_contact_is_found_by_an_index(casa, key, index):
    assert index in works_by_key(casa, key, "x").explain().splitlines()[0]
