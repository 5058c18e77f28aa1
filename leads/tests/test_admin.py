"""The leads in the admin: every write through a verb, the history on the page, and nothing kept of a deleted lead."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from conftest import make_car, make_lead
from leads.models import EventKind, Lead, LeadEvent, PersonRequest
from steerleads.dealers.models import Dealership
from steerleads.dealers.tests.people import browser, form_errors, make_staff, told

pytestmark = pytest.mark.usefixtures("in_english")

LEADS = "/admin/leads/lead/"
SHOWN = ("status", "action", "target_name", "target_info", "tag", "note", "order")


@pytest.fixture
def sara(casa):
    return make_staff(casa, email="sara@casa.example", first_name="Sara")


@pytest.fixture
def salesperson(sara):
    return browser(sara)


def form_of(lead, **typed):
    """What a browser posts: the fields, and beside each what the page had shown."""
    shown = {name: getattr(lead, name) or "" for name in SHOWN} | {"order": lead.order}
    return {**shown, **{f"initial-{name}": value for name, value in shown.items()}, **typed}


def change(client, lead, **typed):
    return client.post(f"{LEADS}{lead.pk}/change/", form_of(lead, **typed))


def kinds():
    return list(LeadEvent.objects.order_by("at", "id").values_list("kind", flat=True))


def listed(client, **query):
    return [lead.target_name for lead in client.get(LEADS, query).context["cl"].result_list]


def act(client, action, leads, **more):
    return client.post(LEADS, {"action": action, "_selected_action": [lead.pk for lead in leads], **more}, follow=True)


# --- One lead ----------------------------------------------------------------------------------


def test_a_lead_is_added_by_a_verb_and_the_apis_rules(casa, salesperson, civic):
    data = {
        "car": civic.pk,
        "status": "NEW",
        "action": " Call\u202e ",
        "target_name": "Omar",
        "target_info": "0612345678",
    }
    assert salesperson.post(f"{LEADS}add/", {**data, "tag": "  ", "note": "a\r\nb", "order": "5"}).status_code == 302
    lead, event = Lead.objects.get(), LeadEvent.objects.get()
    assert (lead.dealership, lead.car, lead.action, lead.tag, lead.note, lead.order) == (
        casa,
        civic,
        "Call",
        None,
        "a\nb",
        5,
    )
    assert (event.kind, event.actor_type, event.actor_name) == (EventKind.CREATED, "staff", "Sara")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("car", ""),
        ("car", "x"),
        ("car", "00000000-0000-0000-0000-000000000000"),
        ("action", ""),
        ("action", "\u200b"),
        ("action", "x" * 201),
        ("action", "a\nb"),
        ("target_name", "a\0b"),
        ("target_info", "x" * 501),
        ("tag", "x" * 101),
        ("note", "x" * 1001),
        ("order", ""),
        ("order", "2147483648"),
        ("order", "1.5"),
        ("status", "new"),
    ],
)
def test_a_wrong_value_is_shown_at_its_field(salesperson, civic, field, value):
    data = {
        "car": civic.pk,
        "status": "NEW",
        "action": "Call",
        "target_name": "Omar",
        "target_info": "06",
        "order": "0",
    }
    assert list(form_errors(salesperson.post(f"{LEADS}add/", {**data, field: value}))) == [field]
    assert not Lead.objects.exists()


def test_a_foreign_car_is_refused(atlas, salesperson):
    data = {
        "car": make_car(atlas, make="Skoda").pk,
        "status": "NEW",
        "action": "Call",
        "target_name": "O",
        "order": "0",
    }
    page = salesperson.post(f"{LEADS}add/", {**data, "target_info": "06"})
    assert list(form_errors(page)) == ["car"] and b"Skoda" not in page.content


def test_a_car_in_the_address_that_is_none_is_not_preselected(salesperson, civic):
    for car in ("x", "00000000-0000-0000-0000-000000000000"):
        assert salesperson.get(f"{LEADS}add/", {"car": car}).status_code == 200
    assert b"Honda Civic" in salesperson.get(f"{LEADS}add/", {"car": civic.pk}).content


def test_a_superusers_lead_is_of_its_cars_dealership(atlas):
    car = make_car(atlas)
    data = {"car": car.pk, "status": "NEW", "action": "Call", "target_name": "Omar", "target_info": "06", "order": "0"}
    browser(make_staff(None, None)).post(f"{LEADS}add/", data)
    assert Lead.objects.get().dealership == atlas


def test_a_change_is_recorded_with_the_persons_name(salesperson, lead):
    assert change(salesperson, lead, status="COMPLETED").status_code == 302
    event = LeadEvent.objects.latest("at")
    assert (event.kind, event.changes) == (EventKind.CHANGED, {"status": {"from": "NEW", "to": "COMPLETED"}})
    assert event.actor_name == "Sara"


def test_saving_without_a_change_leaves_no_event(salesperson, lead):
    change(salesperson, lead)
    assert (kinds(), Lead.objects.get().version) == ([EventKind.CREATED], 1)


def test_what_a_colleague_wrote_meanwhile_stays(salesperson, api, lead):
    api.patch(f"/leads/{lead.pk}", {"status": "COMPLETED", "tag": "Hot"})
    change(salesperson, lead, note="Call back on Tuesday")
    lead = Lead.objects.get()
    assert (lead.status, lead.tag, lead.note) == ("COMPLETED", "Hot", "Call back on Tuesday")


def test_a_lead_moves_to_no_other_car(casa, salesperson, lead):
    change(salesperson, lead, car=make_car(casa).pk)
    assert Lead.objects.get().car_id == lead.car_id


def test_a_lead_that_was_deleted_meanwhile_is_a_message(salesperson, lead, monkeypatch):
    from leads.errors import LeadNotFound

    def gone(*_args, **_kwargs):
        Lead.objects.all().delete()
        raise LeadNotFound()

    monkeypatch.setattr("leads.actions.change_lead", gone)
    page = change(salesperson, lead, note="x")
    assert page.status_code in (200, 302)


def test_the_page_archives_and_restores(salesperson, lead):
    change(salesperson, lead, _archive="1", note="Done")
    assert (Lead.objects.get().archived, Lead.objects.get().note) == (True, "Done")
    change(salesperson, Lead.objects.get(), _restore="1")
    assert kinds() == ["lead.created", "lead.changed", "lead.archived", "lead.restored"]


# --- History -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["change", "history"])
def test_the_page_tells_who_when_in_the_dealerships_time_and_what(salesperson, lead, path):
    Dealership.objects.update(time_zone="Asia/Tokyo")
    change(salesperson, lead, status="COMPLETED", target_name="Nadia Tazi", note="Sold")
    event = LeadEvent.objects.latest("at")
    LeadEvent.objects.filter(pk=event.pk).update(at=event.at.replace(hour=20, minute=5) + timedelta(days=1))
    page = salesperson.get(f"{LEADS}{lead.pk}/{path}/")
    line = page.context["history"][0]
    assert (line["who"], line["kind"], f"{line['at']:%H:%M}") == ("Sara", "changed", "05:05")
    changes = {str(each["label"]): (each["was"], each["now"], each["told"]) for each in line["changes"]}
    assert changes["status"] == ("New", "Completed", True) and changes["note"] == ("", "Sold", True)
    assert changes["contact name"] == ("", "", False)
    assert "5:05 a.m." in page.content.decode()


def test_a_long_history_has_pages(salesperson, lead):
    LeadEvent.objects.bulk_create(
        LeadEvent(
            dealership=lead.dealership, lead_id=lead.pk, car_id=lead.car_id, kind=EventKind.MOVED, at=timezone.now(),
            actor_type="staff", actor_name="Sara", changes={"order": {"from": number, "to": number + 1}},
        )
        for number in range(150)
    )  # fmt: skip
    assert len(salesperson.get(f"{LEADS}{lead.pk}/change/").context["history"]) == 30
    assert len(salesperson.get(f"{LEADS}{lead.pk}/history/?p=2").context["history"]) == 51
    assert salesperson.get(f"{LEADS}{lead.pk}/history/?p=x").status_code == 200


def test_django_keeps_no_log_of_its_own_about_leads(manager, civic, lead):
    data = {
        "car": civic.pk,
        "status": "NEW",
        "action": "Call",
        "target_name": "Omar",
        "target_info": "06",
        "order": "0",
    }
    manager.post(f"{LEADS}add/", data)
    change(manager, lead, note="x")
    act(manager, "mark_completed", [lead], index=0)
    manager.post(f"{LEADS}{lead.pk}/delete/", {"post": "yes"})
    act(manager, "delete_selected", Lead.objects.all(), post="yes")
    assert not Lead.objects.exists() and not LogEntry.objects.exists()


# --- Deleting ----------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["page", "list"])
def test_a_manager_deletes_leads_for_good(manager, api, civic, door):
    lead = make_lead(civic, note="Has a red dog")
    api.patch(f"/leads/{lead.pk}", {"note": "Has a blue dog"})
    if door == "page":
        assert manager.get(f"{LEADS}{lead.pk}/delete/").status_code == 200
        manager.post(f"{LEADS}{lead.pk}/delete/", {"post": "yes"})
    else:
        act(manager, "delete_selected", [lead], post="yes")
    assert not Lead.objects.exists() and "dog" not in str(list(LeadEvent.objects.values()))
    assert kinds()[-1] == EventKind.DELETED


def test_a_salesperson_deletes_nothing_and_does_nothing_in_bulk(salesperson, lead):
    assert salesperson.post(f"{LEADS}{lead.pk}/delete/", {"post": "yes"}).status_code == 403
    for action in ("delete_selected", "mark_completed", "archive", "restore"):
        act(salesperson, action, [lead], post="yes")
        act(salesperson, action, [lead], index=0)
    assert kinds() == [EventKind.CREATED]
    assert b"deletelink" not in salesperson.get(f"{LEADS}{lead.pk}/change/").content


# --- Many --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "kind", "state"),
    [
        ("mark_completed", "lead.changed", ("COMPLETED", False)),
        ("mark_not_needed", "lead.changed", ("NOT_NEEDED", False)),
        ("archive", "lead.archived", ("NEW", True)),
    ],
)
def test_a_manager_changes_many_through_the_verbs(manager, civic, action, kind, state):
    leads = [make_lead(civic) for _ in range(3)]
    page = act(manager, action, leads[:2], index=0)
    assert "Leads changed: 2." in told(page) and kinds().count(kind) == 2
    assert [(lead.status, lead.archived) for lead in Lead.objects.order_by("id")] == [state, state, ("NEW", False)]


def test_archived_leads_are_restored_from_their_list(manager, civic):
    lead = make_lead(civic)
    act(manager, "archive", [lead], index=0)
    assert (listed(manager), len(listed(manager, archived="yes")), len(listed(manager, archived="any"))) == ([], 1, 1)
    data = {"action": "restore", "_selected_action": [lead.pk], "index": 0}
    manager.post(f"{LEADS}?archived=yes", data)
    assert len(listed(manager)) == 1


# --- Beside them -------------------------------------------------------------------------------


def test_the_autocomplete_finds_the_own_cars_only(casa, atlas, salesperson):
    mine = make_car(casa, stock_number="A-1")
    make_car(atlas, stock_number="A-1")
    query = {"app_label": "leads", "model_name": "lead", "field_name": "car", "term": "civic a-1"}
    assert [each["id"] for each in salesperson.get("/admin/autocomplete/", query).json()["results"]] == [str(mine.pk)]


def test_managers_read_what_was_done_about_a_persons_data(casa, atlas, manager, salesperson):
    PersonRequest.objects.create(dealership=casa, kind="erase", actor_name="erase_person", leads=2)
    PersonRequest.objects.create(dealership=atlas, kind="export", actor_name="export_person", leads=1)
    path = "/admin/leads/personrequest/"
    assert [request.kind for request in manager.get(path).context["cl"].result_list] == ["erase"]
    assert salesperson.get(path).status_code == manager.get(f"{path}add/").status_code == 403
