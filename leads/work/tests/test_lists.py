"""Lists by who has a lead and by when it is due, and the staff (contract W6)."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from conftest import error_of, make_lead
from leads.actions import change_lead
from leads.work import filters, views
from leads.work.due import last_moment
from leads.work.models import Work
from leads.work.tests.people import hire
from steerleads.dealers import staff

NOW = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)  # Monday
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    for module in (filters, views):
        monkeypatch.setattr(f"{module.__name__}.timezone.now", lambda: NOW)


def found(api, query, where="/leads"):
    """The actions of the leads of a list."""
    return [lead["action"] for lead in api.get(f"{where}{'&' if '?' in where else '?'}{query}").json()]


def lead_with(car, action, **work):
    lead = make_lead(car, action=action)
    if work:
        if day := work.get("due_on"):
            work["due"] = last_moment(day, car.dealership.tz)
        Work.objects.create(lead=lead, dealership=car.dealership, version=1, **work)
    return lead


# --- By whom -------------------------------------------------------------------------------------


def test_leads_are_found_by_who_has_them(api, civic, sara, omar):
    lead_with(civic, "nobody's")
    lead_with(civic, "given back", next_step="Call")
    lead_with(civic, "Sara's", assignee=sara.pk)
    lead_with(civic, "Omar's", assignee=omar.pk)
    assert found(api, f"assignee={sara.pk}") == ["Sara's"]
    assert found(api, f"assignee={str(omar.pk).upper()}") == ["Omar's"]
    assert found(api, "assignee=none") == ["nobody's", "given back"]
    assert found(api, "assignee=") == ["nobody's", "given back", "Sara's", "Omar's"]


@pytest.mark.parametrize("where", ["/leads/car/{}", "/leads/status/NEW", "/leads?limit=5&search=sara&archived=any"])
def test_in_all_lists_and_beside_other_filters(api, civic, sara, where):
    lead_with(civic, "nobody's")
    lead_with(civic, "Sara's", assignee=sara.pk, due_on=TODAY)
    assert found(api, f"assignee={sara.pk}&due=today", where.format(civic.pk)) == ["Sara's"]


def test_who_is_unknown_has_nothing(api, atlas, civic, sara):
    lead_with(civic, "Sara's", assignee=sara.pk)
    for who in (uuid4(), hire(atlas, "Rachid").pk):
        assert found(api, f"assignee={who}") == []


@pytest.mark.parametrize("who", ["me", "Sara", "none,none", "None", "{018d0a52-61c8-7f0e-8a3b-5d2c9e7f1b64}", "0"])
def test_what_is_no_id_is_refused(api, who):
    assert error_of(api.get("/leads", query={"assignee": who})) == (400, "VALIDATION_ERROR", "assignee")


def test_it_is_said_why_a_key_has_no_me(api):
    assert "“me” means nothing for a key" in api.get("/leads?assignee=me").json()["error"]["message"]


# --- By when -------------------------------------------------------------------------------------


@pytest.fixture
def calendar(civic):
    """Leads that are due at all kinds of times."""
    lead_with(civic, "undated")
    lead_with(civic, "unplanned", next_step="Call")
    lead_with(civic, "last month", due=NOW - timedelta(days=30))
    lead_with(civic, "yesterday", due_on=TODAY - timedelta(days=1))
    lead_with(civic, "a second ago", due=NOW - timedelta(seconds=1))
    lead_with(civic, "now", due=NOW)
    lead_with(civic, "tonight", due=datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))
    lead_with(civic, "today", due_on=TODAY)
    lead_with(civic, "at midnight", due=datetime(2026, 12, 1, tzinfo=UTC))
    lead_with(civic, "tomorrow", due_on=TODAY + timedelta(days=1))
    lead_with(civic, "Sunday", due_on=TODAY + timedelta(days=6))
    lead_with(civic, "on Sunday night", due=datetime(2026, 12, 6, 23, 59, 59, tzinfo=UTC))
    lead_with(civic, "next Monday", due_on=TODAY + timedelta(days=7))
    lead_with(civic, "at its midnight", due=datetime(2026, 12, 7, tzinfo=UTC))


WHEN = {
    "overdue": ["last month", "yesterday", "a second ago"],
    "today": ["now", "tonight", "today"],
    "week": ["now", "tonight", "today", "at midnight", "tomorrow", "Sunday", "on Sunday night"],
    "none": ["undated", "unplanned"],
}


@pytest.mark.parametrize(("when", "expected"), WHEN.items(), ids=WHEN)
@pytest.mark.usefixtures("calendar")
def test_leads_are_found_by_when_they_are_due(api, when, expected):
    assert found(api, f"due={when}") == expected


@pytest.mark.usefixtures("calendar")
def test_the_filter_and_the_state_say_the_same(api):
    leads = api.get("/leads?include=work").json()
    for state in ("overdue", "today", "none"):
        assert [lead["action"] for lead in leads if lead["work"]["state"] == state] == WHEN[state]


def test_a_day_is_the_dealerships(api, casa, civic):
    casa.time_zone = "Pacific/Kiritimati"  # where it is Tuesday already
    casa.save()
    api.get("/auth/test")
    lead_with(civic, "Monday", due_on=TODAY)
    lead_with(civic, "Tuesday", due_on=TODAY + timedelta(days=1))
    assert (found(api, "due=overdue"), found(api, "due=today")) == (["Monday"], ["Tuesday"])


def test_the_same_question_later_is_answered_by_the_later_time(api, civic, monkeypatch):
    lead_with(civic, "today", due_on=TODAY)
    before = found(api, "due=overdue")
    monkeypatch.setattr("leads.work.filters.timezone.now", lambda: NOW + timedelta(days=1))
    assert (before, found(api, "due=overdue")) == ([], ["today"])


@pytest.mark.parametrize("when", ["tomorrow", "Today", "overdue,today"])
def test_another_word_is_refused(api, when):
    assert error_of(api.get(f"/leads?due={when}")) == (400, "VALIDATION_ERROR", "due")


# --- Sorted --------------------------------------------------------------------------------------

SORTED = [
    *("last month", "yesterday", "a second ago", "now", "tonight", "today", "at midnight", "tomorrow"),
    *("on Sunday night", "Sunday", "at its midnight", "next Monday", "undated", "unplanned"),
]


@pytest.mark.usefixtures("calendar")
def test_days_sort_as_their_end_and_what_is_not_due_comes_last(api):
    assert found(api, "sortBy=due") == SORTED


@pytest.mark.usefixtures("calendar")
def test_the_other_way_round_is_its_exact_reverse(api):
    assert found(api, "sortBy=due&sortOrder=desc") == SORTED[::-1]


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("further", ["", "&include=work", "&due=week"])
@pytest.mark.usefixtures("calendar")
def test_pages_are_the_list_cut(api, direction, further):
    whole, pages = found(api, f"sortBy=due&sortOrder={direction}{further}"), []
    page = f"/leads?sortBy=due&sortOrder={direction}{further}&limit=3"
    while page:
        answer = api.get(page)
        pages += [lead["action"] for lead in answer.json()]
        page = answer["Link"].split(">")[0].removeprefix("</v1") if 'rel="next"' in answer["Link"] else None
    assert pages == whole


@pytest.mark.usefixtures("calendar")
def test_exports_take_the_same(api):
    answer = api.get("/exports/leads?format=csv&due=today&sortBy=due")
    assert [line.split(",")[2].strip('"') for line in answer.content.decode().splitlines()[1:]] == WHEN["today"]


# --- The staff -----------------------------------------------------------------------------------


def people(api):
    return [(each["name"], each["role"], each["isAvailable"], each["isActive"]) for each in api.get("/staff").json()]


def test_the_staff_of_the_dealership_by_name(api, atlas, sara, omar):
    hire(atlas, "Rachid")
    assert people(api) == [("Omar Tazi", "salesperson", True, True), ("Sara Alami", "salesperson", True, True)]
    assert {each["id"] for each in api.get("/staff").json()} == {str(sara.pk), str(omar.pk)}
    etag = api.get("/staff")["ETag"]
    assert api.get("/staff", if_none_match=etag).status_code == 304


def remove(member):
    id = str(member.pk)
    staff.remove(member, by=None)
    return id


def test_who_has_left_stays_for_as_long_as_a_lead_names_them(api, lead, civic, sara, path):
    api.patch(f"{path}/work", {"assignee": str(sara.pk)})
    api.patch(path, {"status": "COMPLETED"})
    remove(sara)
    assert people(api) == [("Sara Alami", "salesperson", False, False)]
    assert api.get(f"{path}/work").json()["assignee"]["name"] == "Sara Alami"
    assert found(api, f"assignee={api.get('/staff').json()[0]['id']}") == [lead.action]


def test_who_has_left_stays_for_as_long_as_an_event_names_them(api, lead, sara, omar, path):
    api.patch(f"{path}/work", {"assignee": str(sara.pk)})
    api.patch(f"{path}/work", {"assignee": None})
    remove(sara)
    remove(omar)  # whom nothing names
    assert people(api) == [("Sara Alami", "salesperson", False, False)]


def test_what_they_did_to_a_lead_names_them_too(api, casa, lead, sara, as_sara):
    change_lead(casa, lead.pk, {"tag": "Hot"}, actor=as_sara)
    remove(sara)
    assert people(api) == [("Sara Alami", "salesperson", False, False)]


def test_dates_as_they_are_kept():
    assert last_moment(date(2026, 11, 30), UTC) == datetime(2026, 11, 30, 23, 59, 59, 999999, tzinfo=UTC)
