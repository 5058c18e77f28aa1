"""Who has a lead, what is next and until when, as clients say it (contract W3)."""

from datetime import date
from uuid import uuid4

import pytest

from conftest import error_of, make_lead
from leads.models import LeadEvent
from leads.work.models import Work
from leads.work.tests.people import hire
from steerleads.dealers import staff

TIME, DAY = "2026-12-01T14:00:00Z", "2026-12-01"


@pytest.fixture
def plan(api, path):
    def plan(changes, **headers):
        return api.patch(f"{path}/work", changes, **headers)

    return plan


def kinds():
    return [event.kind for event in LeadEvent.objects.order_by("at", "id")][1:]


def test_the_answer_is_the_whole_work(api, plan, sara, path):
    answer = plan({"nextStep": "Call back"})
    assert answer.json() == api.get(f"{path}/work").json()


def test_only_what_is_sent_is_written(plan, sara):
    plan({"assignee": str(sara.pk), "nextStep": "Call", "dueAt": TIME})
    work = plan({"nextStep": "Visit"}).json()
    assert (work["assignee"]["name"], work["nextStep"], work["dueAt"]) == ("Sara Alami", "Visit", TIME)


# --- Due -----------------------------------------------------------------------------------------

# (what is there, what is sent, what is there then)
DUE = [
    ({}, {"dueAt": TIME}, (TIME, None)),
    ({}, {"dueOn": DAY}, (None, DAY)),
    ({"dueAt": TIME}, {"dueOn": DAY}, (None, DAY)),
    ({"dueOn": DAY}, {"dueAt": TIME}, (TIME, None)),
    ({"dueAt": TIME}, {"dueAt": None}, (None, None)),
    ({"dueOn": DAY}, {"dueOn": None}, (None, None)),
    ({"dueOn": DAY}, {"dueAt": None}, (None, DAY)),
    ({"dueAt": TIME}, {"dueOn": None}, (TIME, None)),
    ({"dueAt": TIME}, {"dueAt": None, "dueOn": None}, (None, None)),
    ({"dueAt": TIME}, {"dueAt": None, "dueOn": DAY}, (None, DAY)),
    ({}, {"dueAt": TIME, "dueOn": None}, (TIME, None)),
    ({}, {"dueAt": "2026-12-01T14:00:00"}, (TIME, None)),
    ({}, {"dueAt": "2026-12-01T16:00:00+02:00"}, (TIME, None)),
    ({}, {"dueAt": "2026-12-01t14:00:00.999z"}, (TIME, None)),
]


@pytest.mark.parametrize(("before", "sent", "then"), DUE)
def test_a_moment_takes_the_place_of_a_day_and_null_clears_its_own(plan, before, sent, then):
    plan(before)
    work = plan(sent).json()
    assert (work["dueAt"], work["dueOn"]) == then


REFUSED = [
    ({"dueAt": TIME, "dueOn": DAY}, "dueOn"),
    ({"dueAt": "tomorrow"}, "dueAt"),
    ({"dueAt": DAY}, "dueAt"),
    ({"dueAt": 1764597600}, "dueAt"),
    ({"dueAt": True}, "dueAt"),
    ({"dueAt": "2026-12-01T25:00:00Z"}, "dueAt"),
    ({"dueAt": "0001-01-01T00:00:00+14:00"}, "dueAt"),
    ({"dueAt": "9999-12-31T23:59:59-12:00"}, "dueAt"),
    ({"dueAt": []}, "dueAt"),
    ({"dueOn": TIME}, "dueOn"),
    ({"dueOn": "20261201"}, "dueOn"),
    ({"dueOn": "2026-W49-2"}, "dueOn"),
    ({"dueOn": "2026-02-30"}, "dueOn"),
    ({"dueOn": "0001-01-01"}, "dueOn"),
    ({"dueOn": "9999-12-31"}, "dueOn"),
    ({"dueOn": {}}, "dueOn"),
    ({"nextStep": "x" * 201}, "nextStep"),
    ({"nextStep": "a\x00b"}, "nextStep"),
    ({"nextStep": "two\nlines"}, "nextStep"),
    ({"nextStep": ["Call"]}, "nextStep"),
    ({"assignee": "me"}, "assignee"),
    ({"assignee": "Sara Alami"}, "assignee"),
    ({"assignee": {"name": "Sara Alami"}}, "assignee"),
]


@pytest.mark.parametrize(("sent", "field"), REFUSED)
def test_what_is_wrong_is_refused_whole(plan, sara, sent, field):
    answer = plan({"nextStep": "Call"} | sent)
    assert error_of(answer) == (400, "VALIDATION_ERROR", field)
    assert not Work.objects.exists() and kinds() == []


@pytest.mark.parametrize("day", ["1000-01-01", "8999-12-31"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_and_the_last_day_are_taken_in_every_zone(casa, plan, api, path, day, zone):
    casa.time_zone = zone
    casa.save()
    assert plan({"dueOn": day}).json()["dueOn"] == day
    assert api.get("/leads?include=work&due=week").status_code == 200


def test_a_text_of_200_letters_is_taken_and_a_blank_one_is_null(plan):
    assert plan({"nextStep": " " + "é" * 200}).json()["nextStep"] == "é" * 200
    assert plan({"nextStep": "  "}).json()["nextStep"] is None


# --- Whom ----------------------------------------------------------------------------------------


def nobody(casa, atlas):
    return uuid4()


def of_another_dealership(casa, atlas):
    return hire(atlas, "Rachid").pk


def inactive(casa, atlas):
    member = hire(casa, "Inactive")
    member.user.is_active = False
    member.user.save()
    return member.pk


def gone(casa, atlas):
    member = hire(casa, "Gone")
    id = member.pk
    staff.remove(member, by=None)
    return id


@pytest.mark.parametrize("who", [nobody, of_another_dealership, inactive, gone], ids=lambda who: who.__name__)
def test_nobody_is_assigned_who_does_not_work_there(casa, atlas, plan, who):
    assert error_of(plan({"assignee": str(who(casa, atlas)), "nextStep": "Call"})) == (
        400,
        "INVALID_ASSIGNEE",
        "assignee",
    )
    assert not Work.objects.exists() and kinds() == []


def test_an_id_is_taken_in_any_letter_case(plan, sara):
    assert plan({"assignee": str(sara.pk).upper()}).json()["assignee"]["id"] == str(sara.pk)


def test_null_takes_a_lead_from_its_colleague(plan, sara):
    plan({"assignee": str(sara.pk)})
    work = plan({"assignee": None}).json()
    assert (work["assignee"], work["assignedAt"]) == (None, None)


# --- Writes that change nothing --------------------------------------------------------------------


@pytest.mark.parametrize("due", [{"dueAt": TIME}, {"dueOn": DAY}])
def test_the_same_again_is_no_event_and_no_version(plan, sara, due):
    changes = {"assignee": str(sara.pk), "nextStep": "Call", **due}
    first, again = plan(changes), plan(changes)
    assert (again.content, again["ETag"]) == (first.content, first["ETag"])
    assert kinds() == ["lead.assigned", "lead.due"]


def test_nothing_sent_is_nothing_written(plan):
    assert plan({}).status_code == 200
    assert not Work.objects.exists()


# --- As for leads ----------------------------------------------------------------------------------


def test_a_stale_etag_is_412_and_writes_nothing(plan, sara):
    etag = plan({"nextStep": "Call"})["ETag"]
    assert plan({"nextStep": "Visit"}, if_match=etag).status_code == 200
    assert error_of(plan({"assignee": str(sara.pk)}, if_match=etag)) == (412, "PRECONDITION_FAILED", None)
    assert plan({"nextStep": "Drive"}, if_match="*").json()["assignee"] is None


def test_the_etag_of_work_that_there_is_not_is_good_for_the_first_write(api, plan, path):
    etag = api.get(f"{path}/work")["ETag"]
    assert plan({"nextStep": "Call"}, if_match=etag).status_code == 200
    assert plan({"nextStep": "Visit"}, if_match=etag).status_code == 412


def test_the_same_request_again_writes_once_and_is_erased_with_the_lead(api, plan, path):
    first, again = (plan({"nextStep": "Call"}, idempotency_key="1") for _ in range(2))
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    assert kinds() == ["lead.due"]
    api.delete(path)
    assert error_of(plan({"nextStep": "Call"}, idempotency_key="1")) == (404, "LEAD_NOT_FOUND", None)


def test_fields_that_are_not_taken_are_named(api, plan, path, sara):
    work = plan({"assignee": str(sara.pk)}).json()
    echoed = work | {"assignee": str(sara.pk), "colour": "red"}
    answer = plan(echoed)
    assert answer.status_code == 200
    assert answer["X-Ignored-Fields"] == "leadId,assignedAt,respondBy,respondedAt,state,colour"


def test_archived_and_closed_leads_have_work_too(api, casa, civic, sara):
    for lead in (make_lead(civic, archived=True), make_lead(civic, status="COMPLETED")):
        assert api.patch(f"/leads/{lead.pk}/work", {"assignee": str(sara.pk), "dueOn": DAY}).status_code == 200


def test_a_day_is_kept_with_its_last_moment(plan):
    plan({"dueOn": DAY})
    work = Work.objects.get()
    assert (work.due_on, work.due.isoformat()) == (date(2026, 12, 1), "2026-12-01T23:59:59.999999+00:00")
