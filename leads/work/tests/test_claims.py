"""Claiming a lead that nobody has (contract W4), and the keys that act for a person."""

from datetime import timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from conftest import ApiClient, error_of
from leads.models import LeadEvent
from leads.work.models import Work
from leads.work.tests.people import client_for, hire
from steerleads.dealers import staff
from steerleads.dealers.keys import forget_cached_keys, rotate_key
from steerleads.dealers.models import ApiKey
from steerleads.tests.clients import in_threads


def test_a_lead_that_nobody_has_is_claimed(lead, sara, path):
    answer = client_for(sara).post(f"{path}/claim")
    assert (answer.status_code, answer.json()["assignee"]["name"]) == (200, "Sara Alami")
    event = LeadEvent.objects.get(kind="lead.assigned")
    assert event.changes == {"assignee": {"from": None, "to": "Sara Alami"}}


def test_one_that_somebody_has_is_not_and_says_who(lead, sara, omar, path):
    client_for(sara).post(f"{path}/claim")
    for client in (client_for(omar), client_for(sara)):
        answer = client.post(f"{path}/claim")
        assert error_of(answer) == (409, "ALREADY_ASSIGNED", None)
        assert answer.json()["error"]["message"] == "Sara Alami has this lead already."
    assert Work.objects.get().assignee == sara.pk


def test_one_that_was_given_back_can_be_claimed(api, lead, sara, omar, path):
    client_for(sara).post(f"{path}/claim")
    api.patch(f"{path}/work", {"assignee": None})
    assert client_for(omar).post(f"{path}/claim").json()["assignee"]["name"] == "Omar Tazi"


def test_what_is_planned_stays(api, lead, sara, path):
    api.patch(f"{path}/work", {"nextStep": "Call", "dueOn": "2026-12-01"})
    work = client_for(sara).post(f"{path}/claim").json()
    assert (work["nextStep"], work["dueOn"]) == ("Call", "2026-12-01")


def test_a_key_that_acts_for_nobody_cannot_claim(api, lead, path):
    assert error_of(api.post(f"{path}/claim")) == (400, "VALIDATION_ERROR", "assignee")
    assert not Work.objects.exists()


def test_a_retry_of_ones_own_claim_is_its_answer_again(lead, sara, path):
    client = client_for(sara)
    first, again = (client.post(f"{path}/claim", idempotency_key="1") for _ in range(2))
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")


def test_of_eight_rivals_one_wins(transactional_db, casa, lead, path):
    clients = [client_for(hire(casa, f"Seller {letter}")) for letter in "ABCDEFGH"]
    answers = in_threads(*(partial(client.post, f"{path}/claim") for client in clients))
    winners = [answer.json()["assignee"]["name"] for answer in answers if answer.status_code == 200]
    losers = [error_of(answer) for answer in answers if answer.status_code != 200]
    assert len(winners) == 1 and losers == [(409, "ALREADY_ASSIGNED", None)] * 7
    [event] = LeadEvent.objects.filter(kind="lead.assigned")
    assert event.changes["assignee"]["to"] == winners[0]


# --- Keys that act for a person --------------------------------------------------------------------


def test_the_command_makes_a_key_that_acts_for_a_person(casa, sara, lead, path):
    out = StringIO()
    email = sara.user.email.upper()
    call_command("create_api_key", casa.name, name="Phone", person=email, scopes="work:write", stdout=out)
    client = ApiClient(casa)
    client.secret = out.getvalue().strip()
    assert client.post(f"{path}/claim").json()["assignee"]["id"] == str(sara.pk)


@pytest.mark.parametrize("who", ["nobody@example.com", "", "rachid@atlas.example"])
def test_it_refuses_who_does_not_work_there(casa, atlas, who):
    hire(atlas, "Rachid")
    with pytest.raises(CommandError):
        call_command("create_api_key", casa.name, name="Phone", person=who)
    assert not ApiKey.objects.exists()


def test_a_rotated_key_acts_for_the_same_person(sara):
    client = client_for(sara)
    successor, _ = rotate_key(client.key, overlap=timedelta(0), now=timezone.now())
    assert successor.person == sara


def test_who_leaves_takes_the_keys_along(sara, lead, path):
    client = client_for(sara)
    staff.remove(sara, by=None)
    forget_cached_keys()
    assert client.post(f"{path}/claim").status_code == 401


def test_who_left_a_moment_ago_claims_nothing(sara, lead, path):
    client = client_for(sara)
    client.get("/auth/test")  # the key is known for some seconds
    staff.remove(sara, by=None)
    assert error_of(client.post(f"{path}/claim")) == (400, "INVALID_ASSIGNEE", "assignee")
