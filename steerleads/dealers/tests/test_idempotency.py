"""Contract 30: Idempotency-Key. Rivals in real processes are in `steerleads/tests/test_concurrency.py`."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cars.models import Car
from conftest import ApiClient, error_of
from leads.models import Lead
from steerleads.dealers.idempotency import delete_expired
from steerleads.dealers.models import IdempotencyRecord
from steerleads.tests.clients import in_threads

BODY = {"action": "Call", "targetName": "Sara", "targetInfo": "+212-600-123456"}


@pytest.fixture
def path(civic):
    return f"/leads/car/{civic.pk}"


def test_the_same_request_again_gets_the_first_answer_again(api, path):
    first = api.post(path, BODY, idempotency_key="k")
    again = api.post(path, BODY, idempotency_key="k")
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert (again.status_code, again.content) == (201, first.content)
    assert (again["Location"], again["ETag"]) == (first["Location"], first["ETag"])
    assert Lead.objects.count() == 1


def test_it_is_the_first_answer_even_if_the_lead_has_changed(api, path):
    first = api.post(path, BODY, idempotency_key="k")
    api.patch(f"/leads/{first.json()['id']}", {"note": "later"})
    assert api.post(path, BODY, idempotency_key="k").content == first.content


@pytest.mark.parametrize("different", ["body", "path", "query", "method"])
def test_the_same_key_for_another_request_is_refused(api, path, lead, different):
    api.post(path, BODY, idempotency_key="k")
    response = {
        "body": lambda: api.post(path, BODY | {"note": "x"}, idempotency_key="k"),
        "path": lambda: api.post("/vehicles", BODY, idempotency_key="k"),
        "query": lambda: api.post(path + "?x=1", BODY, idempotency_key="k"),
        "method": lambda: api.patch(f"/leads/{lead.pk}", BODY, idempotency_key="k"),
    }[different]()
    if different == "path":
        assert response.status_code == 400  # the body is judged first
    else:
        assert error_of(response) == (422, "IDEMPOTENCY_KEY_REUSED", None)
    assert Lead.objects.count() == 2


def test_the_key_is_judged_before_the_lead(api, lead):
    api.patch(f"/leads/{lead.pk}", {"note": "x"}, idempotency_key="k")
    assert error_of(api.patch("/leads/nobody", {"note": "x"}, idempotency_key="k"))[0] == 422


def test_refused_requests_are_not_kept(api, path):
    assert api.post(path, {}, idempotency_key="k").status_code == 400
    assert api.post("/leads/car/nobody", BODY, idempotency_key="k").status_code == 404
    assert IdempotencyRecord.objects.count() == 0
    assert api.post(path, BODY, idempotency_key="k").status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/leads/{lead}", {"note": "x"}),
        ("PATCH", "/leads/{lead}/order", {"order": 3}),
        ("PATCH", "/leads/car/{car}/reorder", {"leadOrders": []}),
        ("POST", "/leads/{lead}/archive", None),
        ("POST", "/leads/{lead}/restore", None),
        ("POST", "/vehicles", {"make": "Dacia", "model": "Logan"}),
        ("PATCH", "/vehicles/{car}", {"km": 5}),
    ],
)
def test_it_works_on_every_post_and_patch(api, lead, method, path, body):
    path = path.format(lead=lead.pk, car=lead.car_id)
    first = api.send(method, path, body, idempotency_key="k")
    again = api.send(method, path, body, idempotency_key="k")
    assert first.status_code == again.status_code < 300
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    assert Car.objects.count() <= 2


def test_two_keys_of_one_dealership_do_not_meet(api, casa, path):
    other = ApiClient(casa)
    assert api.post(path, BODY, idempotency_key="k").json() != other.post(path, BODY, idempotency_key="k").json()


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_1_to_255_characters(api, path, key):
    assert error_of(api.post(path, BODY, idempotency_key=key))[:2] == (400, "VALIDATION_ERROR")
    assert api.post(path, BODY, idempotency_key="x" * 255).status_code == 201


def test_when_the_lead_is_deleted_its_answer_goes_too(api, path):
    lead = api.post(path, BODY, idempotency_key="k").json()["id"]
    api.delete(f"/leads/{lead}")
    assert error_of(api.post(path, BODY, idempotency_key="k")) == (404, "LEAD_NOT_FOUND", None)
    assert Lead.objects.count() == 0
    assert bytes(IdempotencyRecord.objects.get().body or b"") == b""


def test_after_a_day_the_key_is_free_again(api, path):
    api.post(path, BODY, idempotency_key="k")
    IdempotencyRecord.objects.update(created_at=IdempotencyRecord.objects.get().created_at - timedelta(hours=24.1))
    assert "Idempotency-Replayed" not in api.post(path, BODY, idempotency_key="k")
    assert Lead.objects.count() == 2


def test_old_records_are_tidied_up_by_later_requests_and_by_command(api, path):
    for n in range(3):
        api.post(path, BODY, idempotency_key=f"k{n}")
    first = IdempotencyRecord.objects.order_by("created_at").first()
    IdempotencyRecord.objects.exclude(pk=first.pk).update(created_at=first.created_at - timedelta(hours=25))
    api.post(path, BODY, idempotency_key="new")
    assert set(IdempotencyRecord.objects.values_list("key", flat=True)) == {"k0", "new"}
    assert delete_expired(first.created_at + timedelta(hours=24.1)) >= 1


@pytest.mark.django_db(transaction=True)
def test_tidying_up_does_not_wait_for_what_somebody_holds(api, path):
    if connection.vendor == "sqlite":
        pytest.skip("only on PostgreSQL: SQLite has one writer at a time")
    for n in range(3):
        api.post(path, BODY, idempotency_key=f"k{n}")
    later = timezone.now() + timedelta(hours=25)
    deleted = []
    with transaction.atomic():
        IdempotencyRecord.objects.select_for_update().get(key="k1")
        in_threads(lambda: deleted.append(delete_expired(later)))
    assert deleted == [2] and IdempotencyRecord.objects.get().key == "k1"


def test_a_replay_does_not_touch_the_lead(api, lead):
    api.patch(f"/leads/{lead.pk}", {"note": "first"}, idempotency_key="k")
    api.patch(f"/leads/{lead.pk}", {"note": "second"})
    api.patch(f"/leads/{lead.pk}", {"note": "first"}, idempotency_key="k")
    assert api.get(f"/leads/{lead.pk}").json()["note"] == "second"


def test_a_stale_tag_is_not_kept_as_the_answer(api, lead):
    refused = api.patch(f"/leads/{lead.pk}", {"note": "x"}, idempotency_key="k", if_match='"99"')
    assert refused.status_code == 412
    assert api.patch(f"/leads/{lead.pk}", {"note": "x"}, idempotency_key="k").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_expired_answers_are_not_held_while_a_lead_is_waited_for(api, path):
    api.post(path, BODY, Idempotency_Key="k")
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))
    Lead.objects.all().delete()
    Car.objects.all().delete()
    assert api.post(path, BODY, Idempotency_Key="k").status_code == 404
    assert IdempotencyRecord.objects.count() == 0  # gone in a transaction of its own, though the request was refused
