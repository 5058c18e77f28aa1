"""The work of a lead as it is read (contract W2): its object, its ETag, and beside leads with `include=work`."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from conftest import ApiClient, error_of, make_lead
from leads.actions import archive_lead, change_lead
from leads.models import Lead
from leads.work.due import Clock
from leads.work.models import Work
from leads.work.tests.people import hire
from steerleads.dealers.actors import Actor
from steerleads.dealers.dealerships import change_dealership
from steerleads.dealers.hours.actions import set_hours, set_week
from steerleads.dealers.hours.models import OpeningWeek
from steerleads.dealers.models import Scope

KEYS = ["leadId", "assignee", "assignedAt", "nextStep", "dueAt", "dueOn", "respondBy", "respondedAt", "state"]
READS = [scope for scope in Scope.values if scope != "work:read"]
MONDAY = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)  # Casablanca's clocks show UTC


@pytest.fixture
def shut_on_sundays(casa):
    week = {day: [["09:00", "19:00"]] for day in "monday tuesday wednesday thursday friday saturday".split()}
    set_week(casa, date(2020, 1, 1), {**week, "sunday": []})
    set_hours(casa, {"target_seconds": 1800})


def made_at(lead, at):
    Lead.objects.filter(pk=lead.pk).update(created_at=at)
    return lead


def test_the_work_of_a_lead_that_nobody_has(api, lead, path):
    work = api.get(f"{path}/work").json()
    assert list(work) == KEYS
    assert work == dict.fromkeys(KEYS) | {"leadId": str(lead.pk), "respondBy": work["respondBy"], "state": "none"}
    assert work["respondBy"] > api.get(path).json()["createdAt"]


def test_the_work_of_a_lead_that_somebody_has(api, sara, path):
    changes = {"assignee": str(sara.pk), "nextStep": "Call back", "dueAt": "2026-12-01T14:00:00Z"}
    assert api.patch(f"{path}/work", changes).status_code == 200
    work = api.get(f"{path}/work").json()
    assert list(work) == KEYS
    assert work["assignee"] == {"id": str(sara.pk), "name": "Sara Alami"}
    assert (work["nextStep"], work["dueAt"], work["dueOn"]) == ("Call back", "2026-12-01T14:00:00Z", None)
    assert work["assignedAt"][:4] == str(timezone.now().year)


# --- Its state -----------------------------------------------------------------------------------

TUNIS = ZoneInfo("Africa/Tunis")  # an hour ahead of UTC
NOON = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
STATES = {
    "nothing": (None, None, "none"),
    "a moment ago": (NOON - timedelta(seconds=1), None, "overdue"),
    "now": (NOON, None, "today"),
    "late today": (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), None, "today"),
    "at midnight": (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), None, "planned"),  # it is Tuesday in Tunis
    "yesterday": (NOON, date(2026, 11, 29), "overdue"),
    "today": (NOON, date(2026, 11, 30), "today"),
    "tomorrow": (NOON, date(2026, 12, 1), "planned"),
}


@pytest.mark.parametrize(("due", "due_on", "state"), STATES.values(), ids=STATES)
def test_the_state_follows_the_dealerships_clocks(due, due_on, state):
    assert Clock(TUNIS, NOON).state(due, due_on) == state


def test_a_day_is_over_when_its_local_clock_says_so():
    last = Clock(TUNIS, datetime(2026, 11, 30, 22, 59, 59, 999999, tzinfo=UTC))
    over = Clock(TUNIS, datetime(2026, 11, 30, 23, 0, tzinfo=UTC))
    day = date(2026, 11, 30)
    assert (last.state(NOON, day), over.state(NOON, day)) == ("today", "overdue")


def test_the_state_holds_when_clocks_are_put_back_over_midnight():
    """In Chile's autumn of 2026, 23:00 to 24:00 of 4 April came twice: the 4th is over after the second."""
    zone, day = ZoneInfo("America/Santiago"), date(2026, 4, 4)
    at = [datetime(2026, 4, 5, 3, 30, tzinfo=UTC), datetime(2026, 4, 5, 4, 0, tzinfo=UTC)]
    assert [Clock(zone, now).state(now, day) for now in at] == ["today", "overdue"]


# --- The first answer ----------------------------------------------------------------------------


def respond_by(api, lead):
    return api.get(f"/leads/{lead.pk}/work").json()["respondBy"]


@pytest.mark.usefixtures("shut_on_sundays")
def test_the_first_answer_is_due_when_the_targets_open_time_is_used_up(api, civic):
    in_hours = made_at(make_lead(civic), MONDAY)
    at_night = made_at(make_lead(civic), MONDAY - timedelta(hours=8))
    on_saturday_evening = made_at(make_lead(civic), datetime(2026, 11, 28, 18, 50, tzinfo=UTC))
    assert respond_by(api, in_hours) == "2026-11-30T10:30:00Z"
    assert respond_by(api, at_night) == "2026-11-30T09:30:00Z"
    assert respond_by(api, on_saturday_evening) == "2026-11-30T09:20:00Z"  # ten minutes on Saturday, twenty on Monday


@pytest.mark.usefixtures("shut_on_sundays")
def test_it_follows_the_hours_when_they_change(api, casa, lead):
    made_at(lead, MONDAY)
    set_hours(casa, {"target_seconds": 3600})
    assert respond_by(api, lead) == "2026-11-30T11:00:00Z"


def test_where_nothing_is_ever_open_there_is_no_such_time(api, casa, lead):
    days = "monday tuesday wednesday thursday friday saturday sunday".split()
    OpeningWeek.objects.create(dealership=casa, valid_from="1970-01-01", week={day: [] for day in days})
    assert respond_by(api, lead) is None


SARA = Actor("staff", "Sara Alami")
ANSWERS = {
    "a change by staff": (lambda lead: change_lead(lead.dealership, lead.pk, {"tag": "Hot"}, actor=SARA), True),
    "an archive by staff": (lambda lead: archive_lead(lead.dealership, lead.pk, actor=SARA), True),
    "a move by staff": (lambda lead: change_lead(lead.dealership, lead.pk, {"order": 9}, actor=SARA), False),
    "one of several": (
        lambda lead: change_lead(lead.dealership, lead.pk, {"tag": "Hot"}, actor=SARA, batch=lead.car_id),
        False,
    ),
    "a change by a key": (
        lambda lead: change_lead(lead.dealership, lead.pk, {"tag": "Hot"}, actor=Actor("api_key", "CRM")),
        False,
    ),
}


@pytest.mark.parametrize(("answer", "counts"), ANSWERS.values(), ids=ANSWERS)
def test_the_first_answer_is_the_first_that_a_person_does(api, lead, path, answer, counts):
    answer(lead)
    assert (api.get(f"{path}/work").json()["respondedAt"] is not None) is counts


def test_later_answers_are_no_first_ones(api, casa, lead, path):
    change_lead(casa, lead.pk, {"tag": "Hot"}, actor=SARA)
    first = api.get(f"{path}/work").json()["respondedAt"]
    change_lead(casa, lead.pk, {"tag": "Cold"}, actor=SARA)
    assert api.get(f"{path}/work").json()["respondedAt"] == first


# --- Its ETag ------------------------------------------------------------------------------------


def test_the_etag_says_the_version_of_the_work(api, sara, path):
    before = api.get(f"{path}/work")["ETag"]
    answer = api.patch(f"{path}/work", {"assignee": str(sara.pk)})
    assert before.startswith('"0.') and answer["ETag"].startswith('"1.')
    assert api.get(f"{path}/work")["ETag"] == answer["ETag"]
    assert api.get(f"{path}/work", if_none_match=answer["ETag"]).status_code == 304
    assert api.get(f"{path}/work", if_none_match=before).status_code == 200


def test_the_etag_is_another_when_a_lead_becomes_overdue_or_is_answered(api, casa, lead, path, monkeypatch):
    etags = [api.patch(f"{path}/work", {"dueAt": "2999-01-01T00:00:00Z"})["ETag"]]
    monkeypatch.setattr("leads.work.views.timezone.now", lambda: datetime(2999, 6, 1, tzinfo=UTC))
    etags.append(api.get(f"{path}/work")["ETag"])
    monkeypatch.undo()
    change_lead(casa, lead.pk, {"tag": "Hot"}, actor=SARA)
    etags.append(api.get(f"{path}/work")["ETag"])
    assert len(set(etags)) == 3


# --- Beside the lead -----------------------------------------------------------------------------

SHOWN = {"car": ("car",), "work": ("work",), "car,work": ("car", "work"), "work,origin,car": ("car", "origin", "work")}


@pytest.mark.parametrize(("include", "last"), SHOWN.items(), ids=SHOWN)
def test_include_adds_the_work_last(api, path, include, last):
    found = api.get(f"{path}?include={include}").json()
    assert tuple(found)[11:] == last


@pytest.mark.parametrize(
    "where", ["/leads", "/leads/car/{}", "/leads/status/NEW", "/leads?limit=1", "/leads?sortBy=due"]
)
@pytest.mark.parametrize("include", ["work", "car,work"])
def test_lists_add_it_last_too(api, lead, sara, path, where, include):
    api.patch(f"{path}/work", {"assignee": str(sara.pk), "dueOn": "2026-12-01"})
    [found] = api.get(where.format(lead.car_id), query={"include": include}).json()
    alone = api.get(f"{path}/work").json()
    assert list(found)[-2:] == ["car", "work"]
    assert {"leadId": str(lead.pk), **found["work"]} == alone


def test_a_list_shows_each_lead_its_own_work(api, civic, sara, omar):
    leads = [make_lead(civic, order=number) for number in range(4)]
    for lead, who in zip(leads, (sara, None, omar, sara), strict=True):
        api.patch(f"/leads/{lead.pk}/work", {"assignee": str(who.pk) if who else None})
    found = api.get("/leads?include=work").json()
    names = [each["work"]["assignee"] and each["work"]["assignee"]["name"] for each in found]
    assert names == ["Sara Alami", None, "Omar Tazi", "Sara Alami"]


def test_the_etag_of_a_lead_appends_that_of_its_work(api, sara, path):
    version = api.get(path)["ETag"].strip('"')
    work = api.get(f"{path}/work")["ETag"].strip('"')
    assert api.get(f"{path}?include=work")["ETag"] == f'"{version}.{work}"'
    with_car = api.get(f"{path}?include=car")["ETag"].strip('"')
    assert api.get(f"{path}?include=car,work")["ETag"] == f'"{with_car}.{work}"'
    before = api.get(f"{path}?include=work")["ETag"]
    api.patch(f"{path}/work", {"assignee": str(sara.pk)})
    assert api.get(f"{path}?include=work", if_none_match=before).status_code == 200
    assert api.patch(path, {"tag": "Hot"}, if_match=before).status_code == 200


def test_pages_with_work_are_followed_to_their_end(api, civic, sara):
    leads = [make_lead(civic, order=number) for number in range(5)]
    for lead in leads[1::2]:
        api.patch(f"/leads/{lead.pk}/work", {"assignee": str(sara.pk)})
    seen, page = [], "/leads?include=work&limit=2"
    while page:
        answer = api.get(page)
        seen += answer.json()
        page = answer["Link"].split(">")[0].removeprefix("</v1") if 'rel="next"' in answer["Link"] else None
    assert [each["id"] for each in seen] == [str(lead.pk) for lead in leads]
    assert [each["work"]["assignee"] is not None for each in seen] == [False, True, False, True, False]


def test_a_long_list_is_streamed_with_it(transactional_db, api, civic, sara, monkeypatch):
    monkeypatch.setattr("steerleads.api.list_query.LONGEST_WHOLE", 2)
    hire(civic.dealership, "Zoë “al-Fassi” \\ العلمي")
    for number in range(4):
        lead = make_lead(civic, order=number)
        api.patch(f"/leads/{lead.pk}/work", {"assignee": str(sara.pk), "nextStep": 'Say "é"', "dueOn": "2026-12-01"})
    make_lead(civic, order=9)
    answer = api.get("/leads?include=work")
    body = b"".join(answer.streaming_content)
    assert len(body) == int(answer["Content-Length"])
    assert [each["work"]["nextStep"] for each in json.loads(body)] == ['Say "é"'] * 4 + [None]


# --- Who may read it -----------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["include=work", "include=car,work", "assignee=none", "due=today", "sortBy=due"])
def test_a_key_that_may_not_read_work_asks_for_it_in_vain(casa, lead, path, query):
    client = ApiClient(casa, scopes=READS)
    for where in ("/leads", f"/leads/car/{lead.car_id}", "/leads/status/NEW", "/exports/leads?format=csv"):
        if "include" in query and "export" in where:
            continue
        joined = f"{where}{'&' if '?' in where else '?'}{query}"
        assert error_of(client.get(joined)) == (403, "INSUFFICIENT_SCOPE", None), where
    if "include" in query:
        assert error_of(client.get(f"{path}?{query}")) == (403, "INSUFFICIENT_SCOPE", None)
    assert client.get("/leads").status_code == client.get(path).status_code == 200


@pytest.mark.parametrize("include", ["car", "origin", "nonsense"])
def test_without_work_lists_take_no_include_as_before(api, lead, include):
    answer, plain = api.get(f"/leads?include={include}"), api.get("/leads")
    assert (answer.content, answer["X-Ignored-Parameters"]) == (plain.content, "include")


def test_what_lists_cannot_show_beside_it_is_refused(api, lead):
    assert error_of(api.get("/leads?include=work,origin")) == (400, "VALIDATION_ERROR", "include")


def test_a_changed_time_zone_moves_the_end_of_days(api, casa, path):
    api.patch(f"{path}/work", {"dueOn": "2026-12-01"})
    before = Work.objects.get().due
    change_dealership(casa, {"time_zone": "America/New_York"})
    assert Work.objects.get().due - before == timedelta(hours=5)
