"""What receivers get is what the document's `webhooks` say: headers and body of every kind of event."""

import pytest

from conftest import TESTER, make_lead
from leads import actions
from leads.models import EventKind
from leads.outbox.actions import send_test
from leads.outbox.tests.deliveries import deliver, subscribe
from leads.work.actions import note_contact, plan_work
from leads.work.tests.people import hire
from steerleads.tests.openapi_oracle import document, validator_of


@pytest.fixture
def sent(casa, civic, crm, settings):
    """The requests of all kinds, by what they say they are."""
    webhook = subscribe(casa, crm.url, settings, kinds=EventKind.values)
    lead = make_lead(civic)
    actions.change_lead(casa, lead.pk, {"status": "COMPLETED"}, actor=TESTER)
    actions.reorder_leads(casa, civic.pk, {lead.pk: 7}, actor=TESTER)
    deliver()
    plan_work(casa, lead.pk, {"assignee": hire(casa).pk, "next_step": "Call"}, actor=TESTER)
    note_contact(casa, lead.pk, via="call", outcome="reached", note="Comes on Saturday", actor=TESTER)
    deliver()
    actions.archive_lead(casa, lead.pk, actor=TESTER)
    actions.restore_lead(casa, lead.pk, actor=TESTER)
    deliver()
    actions.delete_lead(casa, lead.pk, actor=TESTER)
    send_test(webhook)
    deliver()
    return {request.json["type"]: request for request in crm.requests}


def test_every_kind_is_sent_as_it_is_described(sent):
    described = {kind: item["post"] for kind, item in document()["webhooks"].items()}
    assert sent.keys() == described.keys()
    for kind, request in sent.items():
        validator_of(described[kind]["requestBody"]["content"]["application/json"]["schema"]).validate(request.json)
        for header in described[kind]["parameters"]:
            value = request.headers[header["name"]]
            validator_of(header["schema"]).validate(int(value) if header["schema"]["type"] == "integer" else value)
        unsaid = {name.lower() for name in request.headers} - {each["name"] for each in described[kind]["parameters"]}
        assert unsaid <= {"host", "accept-encoding", "content-type", "content-length", "user-agent", "connection"}
