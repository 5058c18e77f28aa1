"""A client that a public generator makes from the document, used unedited against a running server."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from conftest import ApiClient, make_car, make_lead
from leads.outbox.models import Delivery
from leads.webhooks.actions import create_webhook
from leads.work.openapi_examples import SARA
from leads.work.tests.people import hire
from steerleads.tests.generated import generated_client, ways_to_call
from steerleads.tests.openapi_oracle import described_operations, document

pytestmark = [pytest.mark.long, pytest.mark.on_one_database]


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    with generated_client(tmp_path_factory.mktemp("generated")) as made:
        yield made


@pytest.fixture
def caller(generated, site, casa):
    """With a key that acts for the colleague of the document's examples."""
    return generated.client(site, ApiClient(casa, person=hire(casa, id=SARA["id"])).secret)


@pytest.fixture
def car(site, casa):
    return make_car(casa)


@pytest.fixture
def made(generated, caller, car):
    """Makes a lead through the generated client."""

    def make(**fields):
        body = generated.models.NewLead(
            action="Schedule test drive", target_name="Jane Doe", target_info="jane.doe@email.com", **fields
        )
        return generated.leads("create_lead").sync(car.pk, client=caller, body=body)

    return make


def test_create_and_get(generated, caller, car, made):
    lead = made(tag="Test Drive", order=1)
    assert (lead.car_id, lead.status, lead.tag, lead.note) == (car.pk, "NEW", "Test Drive", None)
    assert lead.created_at.tzinfo is not None
    assert generated.leads("get_lead").sync(lead.id, client=caller).target_name == "Jane Doe"


def test_list_with_filters(generated, caller, made):
    made(order=2), made(order=1), made(status=generated.models.LeadStatus.COMPLETED)
    models = generated.models
    found = generated.leads("list_leads").sync(
        client=caller, status=[models.LeadStatus.NEW], sort_by=models.LeadSort.ORDER, sort_order=models.SortOrder.DESC
    )
    assert [lead.order for lead in found] == [2, 1]
    assert found[0].car.make == "Honda"


def test_a_page_with_its_headers(generated, caller, made):
    made(), made(), made()
    answer = generated.leads("list_leads").sync_detailed(client=caller, limit=2, count=True)
    assert (len(answer.parsed), answer.headers["x-total-count"]) == (2, "3")
    assert 'rel="next"' in answer.headers["link"]


def test_lists_by_car_and_by_status(generated, caller, car, made):
    lead = made()
    [of_car] = generated.leads("list_car_leads").sync(car.pk, client=caller)
    [of_status] = generated.leads("list_leads_by_status").sync(generated.models.LeadStatus.NEW, client=caller)
    assert of_car.id == of_status.id == lead.id


def test_update_answers_what_was_sent(generated, caller, made):
    models = generated.models
    body = models.LeadChanges(status=models.LeadStatus.COMPLETED, note=None)
    lead = generated.leads("update_lead").sync(made(note="Call").id, client=caller, body=body)
    assert (lead.status, lead.note) == ("COMPLETED", None)
    assert set(lead.to_dict()) == {"id", "status", "note", "updatedAt"}


def test_order_and_reorder(generated, caller, car, made):
    models, first, second = generated.models, made(), made()
    moved = generated.leads("update_lead_order").sync(first.id, client=caller, body=models.NewOrder(order=5))
    assert (moved.success, moved.id, moved.order) == (True, first.id, 5)
    orders = [models.LeadOrder(id=first.id, order=2), models.LeadOrder(id=second.id, order=1)]
    body = models.NewOrders(lead_orders=orders)
    assert generated.leads("reorder_leads").sync(car.pk, client=caller, body=body).success
    assert [lead.id for lead in generated.leads("list_leads").sync(client=caller)] == [second.id, first.id]


def test_archive_restore_and_history(generated, caller, made):
    lead = made()
    assert generated.leads("archive_lead").sync(lead.id, client=caller).id == lead.id
    assert generated.leads("list_leads").sync(client=caller) == []
    generated.leads("restore_lead").sync(lead.id, client=caller)
    history = generated.leads("get_lead_history").sync(lead.id, client=caller)
    assert [entry.kind for entry in history] == ["lead.restored", "lead.archived", "lead.created"]
    assert history[0].changes.archived.to is False


def test_work(generated, caller, car, made):
    models, lead, call = generated.models, made(), generated.leads
    [colleague] = generated.staff("list_staff").sync(client=caller)
    body = models.WorkChanges(assignee=colleague.id, next_step="Call back", due_on=date(2026, 12, 1), due_at=None)
    work = call("update_lead_work").sync(lead.id, client=caller, body=body)
    assert (work.assignee.name, work.due_on) == (SARA["name"], date(2026, 12, 1))
    assert call("get_lead_work").sync(lead.id, client=caller) == work
    assert call("claim_lead").sync(lead.id, client=caller).error.code == "ALREADY_ASSIGNED"
    contact = models.NewContact(via=models.ContactVia.CALL, outcome=models.ContactOutcome.REACHED)
    assert call("add_lead_contact").sync(lead.id, client=caller, body=contact).kind == "lead.contacted"
    [listed] = call("list_leads").sync(client=caller, include=models.ListLeadsInclude.WORK, assignee=str(colleague.id))
    assert listed.work.next_step == "Call back"


def test_delete(generated, caller, made):
    lead = made()
    assert generated.leads("delete_lead").sync(lead.id, client=caller).message == "Lead deleted successfully"
    assert generated.leads("get_lead").sync(lead.id, client=caller).error.code == "LEAD_NOT_FOUND"


def test_vehicles(generated, caller):
    models = generated.models
    body = models.NewVehicle(make="Dacia", model="Logan", price=99000.5, status=models.VehicleStatus.INSPECTED)
    car = generated.vehicles("create_vehicle").sync(client=caller, body=body)
    assert (car.price, car.vin, car.status) == (99000.5, None, "INSPECTED")
    sold = models.VehicleChanges(status=models.VehicleStatus.SOLD)
    assert generated.vehicles("update_vehicle").sync(car.id, client=caller, body=sold).status == "SOLD"
    assert [found.id for found in generated.vehicles("list_vehicles").sync(client=caller)] == [car.id]
    assert generated.vehicles("delete_vehicle").sync(car.id, client=caller).success


def test_events_with_and_without_their_lead(generated, caller, made):
    kept, gone = made(), made()
    generated.leads("delete_lead").sync(gone.id, client=caller)
    answer = generated.events("list_events").sync_detailed(client=caller, after=1, limit=2)
    assert [(event.type_, event.data.lead) for event in answer.parsed] == [
        ("lead.created", None),
        ("lead.deleted", None),
    ]
    [created] = generated.events("list_events").sync(client=caller, limit=1)
    assert created.data.lead.to_dict() == kept.to_dict()
    assert answer.headers["x-next-after"] == "3"


def test_webhooks(generated, caller):
    models, call = generated.models, generated.webhooks
    body = models.NewWebhook(url="https://crm.example.com/hooks", events=[models.LeadEventKind.LEAD_CREATED])
    hook = call("create_webhook").sync(client=caller, body=body)
    assert (hook.events, hook.disabled_reason, hook.secret[:6]) == (["lead.created"], None, "whsec_")
    off = call("update_webhook").sync(hook.id, client=caller, body=models.WebhookChanges(enabled=False))
    assert (off.enabled, off.description) == (False, None)
    test = call("test_webhook").sync(hook.id, client=caller)
    assert call("list_webhook_deliveries").sync(hook.id, client=caller) == [test]
    again = call("redeliver_webhook_delivery").sync(hook.id, test.id, client=caller)
    assert again.error.code == "NOT_REDELIVERABLE"
    assert call("rotate_webhook_secret").sync(hook.id, client=caller).secret != hook.secret
    assert call("delete_webhook").sync(hook.id, client=caller).success


def test_what_the_key_is(generated, caller, casa):
    tried = generated.authentication("test_auth").sync(client=caller)
    assert (tried.dealership.id, tried.key.environment, tried.key.expires_at) == (casa.pk, "prod", None)


def test_errors_are_objects(generated, caller, site, made):
    models = generated.models
    body = models.NewLead(action=" ", target_name="Jane Doe", target_info="jane.doe@email.com")
    refused = generated.leads("create_lead").sync(uuid4(), client=caller, body=body)
    assert (refused.error.code, refused.error.field) == ("VALIDATION_ERROR", "action")
    stranger = generated.client(site, "prod_" + "x" * 43)
    assert generated.leads("list_leads").sync(client=stranger).error.type_ == "authentication_error"
    stale = generated.leads("delete_lead").sync_detailed(made().id, client=caller, if_match='"0"')
    assert (stale.status_code, stale.parsed.error.code) == (412, "PRECONDITION_FAILED")
    assert isinstance(made().id, UUID)


# --- Everything --------------------------------------------------------------------------------


@pytest.fixture
def ids(site, casa):
    """A function that gives, for a path, the values of its arguments: ids of things that there are."""
    civic, spare = make_car(casa), make_car(casa, model="Accord")
    lead, hook = make_lead(civic), create_webhook(casa, {"url": "https://crm.example.com/hooks"})
    dead = Delivery.objects.create(dealership=casa, destination=hook, kind="lead.created", state="dead")

    def of(path):
        own = {"leads": lead, "vehicles": spare, "webhooks": hook}.get(path.split("/")[2])
        return {"id": own and own.pk, "car_id": civic.pk, "delivery_id": dead.pk}

    return of


def bodies_of(operation, lead_id):
    """The document's examples, and the least that a body needs with each value of each of its enums."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if not content:
        return []
    schemas = document()["components"]["schemas"]
    schema = schemas[content["schema"]["$ref"].rpartition("/")[2]]
    examples = [example["value"] for example in content["examples"].values()]
    if "leadOrders" in examples[0]:
        return [{"leadOrders": [{"id": str(lead_id), "order": 2}]}]
    least = {name: examples[0][name] for name in schema.get("required", ())}
    return [
        *examples,
        *({**least, name: value} for name, found in schema["properties"].items() for value in _enum(found)),
    ]


def _enum(field):
    """The values of a property that is, or lists, a named enum."""
    if "items" in field:
        return [[value] for value in _enum(field["items"])]
    schemas = document()["components"]["schemas"]
    return schemas[field["$ref"].rpartition("/")[2]]["enum"] if "$ref" in field else []


def obligatory(operation):
    """The document's examples for the parameters of the query that a call can't be made without, and that are no enum."""
    required = [each for each in operation.get("parameters", ()) if each["in"] == "query" and each.get("required")]
    parameters = [each for each in required if "enum" not in each["schema"]]
    return {each["name"]: next(iter(each["examples"].values()))["value"] for each in parameters}


def other_formats(operation):
    """The formats of an operation that answers as JSON, or in another one: a generated client reads all of them as JSON."""
    answers_in = operation["responses"]["200"].get("content", {}) if "200" in operation["responses"] else {}
    return {"csv"} if "application/json" in answers_in and len(answers_in) > 1 else set()


def test_every_operation_is_called_with_every_value_of_its_enums(generated, caller, ids):
    operations = sorted(described_operations(), key=lambda each: each[0] == "DELETE")
    calls = 0
    for _, path, operation in operations:
        tag, name = operation["tags"][0].lower(), operation["operationId"]
        function, known = getattr(generated, tag)(name).sync_detailed, ids(path) | obligatory(operation)
        for how in ways_to_call(function, known, bodies_of(operation, ids("/v1/leads")["id"])):
            if how.get("format_") in other_formats(operation):
                continue
            answer = function(client=caller, **how)
            assert answer.status_code in (200, 201, 202), (name, how, answer.content)
            assert type(answer.parsed).__name__ != "Error"
            calls += 1
    assert calls > 2 * len(operations)
