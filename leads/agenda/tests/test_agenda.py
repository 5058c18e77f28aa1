"""A colleague's due leads in their own calendar program (contract W15), read as such a program reads them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from icalendar import Calendar

from conftest import TESTER, make_car, make_lead
from leads.actions import archive_lead, change_lead
from leads.agenda.actions import make_address
from leads.agenda.models import Agenda
from leads.work.actions import plan_work
from leads.work.tests.people import hire
from steerleads.dealers import staff
from steerleads.dealers.models import AuditEvent
from steerleads.dealers.tests.people import browser

pytestmark = pytest.mark.django_db

PAGE = "/admin/leads/agenda/"
AT = datetime(2026, 12, 3, 14, 0, tzinfo=UTC)
DAY = date(2026, 12, 4)


@pytest.fixture
def sara(casa):
    return hire(casa)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = "https://leads.example.com"


def give(membership, car, *, due_at=AT, due_on=None, next_step=None, **lead):
    """A lead that somebody has."""
    lead = make_lead(car, **lead)
    due = {"due_on": due_on} if due_on else {"due_at": due_at}
    plan_work(car.dealership, lead.pk, {"assignee": membership.pk, "next_step": next_step, **due}, actor=TESTER)
    return lead


def path_of(address):
    return address.removeprefix("https://leads.example.com")


def events_at(address):
    answer = Client().get(path_of(address))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return {str(event["uid"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


# --- What stands in it ---------------------------------------------------------------------------


def test_a_lead_that_is_due_at_a_moment_is_an_event(casa, sara):
    car = make_car(casa, make="Honda", model="Civic", location="Casablanca")
    lead = give(sara, car, next_step="Rappeler; ramener les clés, puis signer", action="Prepare the papers")
    [event] = events_at(make_address(sara, with_contacts=False)).values()
    assert str(event["uid"]) == str(lead.pk)
    assert event["dtstart"].dt == AT
    assert event["summary"] == "Rappeler; ramener les clés, puis signer · Honda Civic"
    assert event["description"].startswith("Prepare the papers")
    assert event["location"] == "Casablanca"
    assert event["url"] == f"https://leads.example.com/admin/leads/board/?lead={lead.pk}"


def test_a_lead_that_is_due_on_a_day_takes_that_day(civic, sara):
    give(sara, civic, due_on=DAY)
    [event] = events_at(make_address(sara, with_contacts=False)).values()
    assert (event["dtstart"].dt, event["dtend"].dt) == (DAY, DAY + timedelta(days=1))


def test_of_very_many_the_latest_stand_in_it(civic, sara, monkeypatch):
    monkeypatch.setattr("leads.agenda.ical.MOST", 2)
    leads = [give(sara, civic, due_at=AT + timedelta(days=days)) for days in (3, 1, 2)]
    found = events_at(make_address(sara, with_contacts=False))
    assert set(found) == {str(leads[0].pk), str(leads[2].pk)}


def test_programs_are_told_how_often_to_come_back(sara):
    lines = Client().get(path_of(make_address(sara, with_contacts=False))).content.splitlines()
    assert {b"REFRESH-INTERVAL;VALUE=DURATION:PT15M", b"X-PUBLISHED-TTL:PT15M"} <= set(lines)


def test_its_sequence_is_the_version_of_the_work(casa, civic, sara):
    lead = give(sara, civic)
    address = make_address(sara, with_contacts=False)
    before = events_at(address)[str(lead.pk)]
    plan_work(casa, lead.pk, {"due_at": AT + timedelta(hours=1)}, actor=TESTER)
    after = events_at(address)[str(lead.pk)]
    assert (before["sequence"], after["sequence"]) == (1, 2)
    assert after["dtstamp"].dt >= before["dtstamp"].dt


def test_only_ones_own_open_leads_that_are_due_stand_in_it(casa, atlas, civic, sara):
    mine = give(sara, civic)
    give(hire(casa, "Omar Tazi"), civic)
    give(hire(atlas, "Nadia"), make_car(atlas))
    plan_work(casa, make_lead(civic).pk, {"assignee": sara.pk}, actor=TESTER)  # not due
    plan_work(casa, make_lead(civic).pk, {"due_at": AT}, actor=TESTER)  # nobody's
    change_lead(casa, give(sara, civic).pk, {"status": "COMPLETED"}, actor=TESTER)
    archive_lead(casa, give(sara, civic).pk, actor=TESTER)
    assert list(events_at(make_address(sara, with_contacts=False))) == [str(mine.pk)]


def test_contacts_stand_in_it_only_where_they_are_switched_on(civic, sara):
    give(sara, civic, target_name="أحمد بن علي", target_info="+212-600-123456")
    for with_contacts in (False, True):
        content = Client().get(path_of(make_address(sara, with_contacts=with_contacts))).content
        text = content.replace(b"\r\n ", b"").decode()
        assert ("أحمد بن علي" in text, "+212-600-123456" in text) == (with_contacts, with_contacts)


def test_an_unchanged_agenda_is_not_sent_again(casa, civic, sara):
    lead = give(sara, civic)
    path = path_of(make_address(sara, with_contacts=False))
    first = Client().get(path)
    assert Client().get(path, headers={"if-none-match": first["ETag"]}).status_code == 304
    plan_work(casa, lead.pk, {"due_on": DAY}, actor=TESTER)
    assert Client().get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("count", [1, 12])
def test_many_leads_cost_as_many_statements_as_one(civic, sara, django_assert_num_queries, count):
    for _ in range(count):
        give(sara, civic)
    path = path_of(make_address(sara, with_contacts=True))
    with django_assert_num_queries(2):
        Client().get(path)


# --- Who reads it --------------------------------------------------------------------------------


def test_a_new_address_ends_the_old_one(civic, sara):
    give(sara, civic)
    old, new = (make_address(sara, with_contacts=False) for _ in range(2))
    assert Client().get(path_of(old)).status_code == 404
    assert len(events_at(new)) == 1


def test_who_leaves_has_no_agenda_any_more(civic, sara):
    give(sara, civic)
    address = make_address(sara, with_contacts=False)
    staff.remove(sara, by=None)
    assert Client().get(path_of(address)).status_code == 404
    assert not Agenda.objects.exists()


def test_whose_account_is_shut_has_none(civic, sara):
    give(sara, civic)
    address = make_address(sara, with_contacts=False)
    sara.user.is_active = False
    sara.user.save()
    assert Client().get(path_of(address)).status_code == 404


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "é", "../admin", "a" * 5000, "%F0%9F%98%80"])
def test_another_token_finds_nothing(sara, token):
    make_address(sara, with_contacts=False)
    assert Client().get(f"/calendar/{token}.ics").status_code in (400, 404)


def test_it_is_only_read(sara):
    path = path_of(make_address(sara, with_contacts=False))
    assert Client().post(path).status_code == 405
    assert Client().head(path).status_code == 200


def test_the_token_is_kept_nowhere(sara):
    token = make_address(sara, with_contacts=False).rpartition("/")[2].removesuffix(".ics")
    assert token not in str(Agenda.objects.values_list().get())
    assert token not in str(list(AuditEvent.objects.values_list()))


# --- The page ------------------------------------------------------------------------------------


def test_people_make_and_end_their_own_on_a_page(in_english, civic, sara):
    give(sara, civic, target_name="Élodie")
    window = browser(sara.user)
    shown = window.post(PAGE, {"do": "make", "with_contacts": "on"}).content.decode()
    address = shown.partition("data-secret>")[2].partition("<")[0]
    assert len(events_at(address)) == 1
    again = window.get(PAGE).content.decode()
    assert address not in again
    assert "It shows the names and phones of contacts." in again
    window.post(PAGE, {"do": "end"})
    assert Client().get(path_of(address)).status_code == 404
    kinds = [
        (event.kind, event.details) for event in AuditEvent.objects.filter(kind__startswith="agenda").order_by("at")
    ]
    assert kinds == [("agenda.made", {"contacts": "yes"}), ("agenda.ended", {})]


def test_a_superuser_who_works_nowhere_has_none(root):
    assert root.get(PAGE).status_code == 403


def test_the_page_needs_a_sign_in():
    assert Client().get(PAGE).status_code == 302
