"""Who can be given leads: each person's switch, own hours and most open leads; through which doors they are set (contract W7)."""

import pytest

from steerleads.dealers import staff
from steerleads.dealers.availability import set_availability
from steerleads.dealers.models import AuditEvent, Dealership, Membership, Role
from steerleads.dealers.staff import StaffRefused
from steerleads.dealers.tests.people import browser, form_errors, make_staff

pytestmark = pytest.mark.usefixtures("in_english")

OWN = "/admin/availability/"


@pytest.fixture
def sara(casa):
    return make_staff(casa, email="sara@casa.example", first_name="Sara").membership


def page_of(membership):
    return f"/admin/dealers/membership/{membership.pk}/change/"


def told():
    rows = AuditEvent.objects.filter(kind="availability.changed").order_by("id")
    return [(row.actor_name, row.subject_name, row.details) for row in rows]


def again(row):
    return type(row).objects.get(pk=row.pk)


# --- One's own switch ----------------------------------------------------------------------------


def test_each_person_switches_themselves(sara):
    hers = browser(sara.user)
    assert "You are available" in hers.get(OWN).content.decode()
    assert hers.post(OWN, {"available": "no"}).status_code == 302
    assert not again(sara).is_available
    hers.post(OWN, {"available": "yes"})
    assert again(sara).is_available
    assert told() == [("Sara", "Sara", {"available": False}), ("Sara", "Sara", {"available": True})]


def test_a_second_click_changes_nothing(sara):
    hers = browser(sara.user)
    for _ in range(2):
        hers.post(OWN, {"available": "no"})
    assert len(told()) == 1


def test_whoever_works_nowhere_has_no_such_page(root):
    assert root.get(OWN).status_code == 403
    assert root.post(OWN, {"available": "no"}).status_code == 403


# --- The manager's page --------------------------------------------------------------------------


def test_a_manager_switches_anybody_and_sets_hours_and_a_limit(sara, manager):
    form = {
        "role": "salesperson",
        "initial-is_available": "True",
        "most_open": "12",
        "monday_0": "09:00",
        "monday_1": "13:00",
    }
    assert manager.post(page_of(sara), form).status_code == 302
    found = again(sara)
    assert (found.is_available, found.most_open, found.week["monday"]) == (False, 12, [["09:00", "13:00"]])
    assert not any(hours for day, hours in found.week.items() if day != "monday")
    [(_, subject, details)] = told()
    assert (subject, details) == ("Sara", {"available": False, "changed": ["most_open_leads", "own_hours"]})


def test_no_hours_at_all_are_none(sara, manager):
    set_availability(sara, {"week": {"monday": [["09:00", "13:00"]]}}, by=None)
    manager.post(page_of(sara), {"role": "salesperson", "is_available": "on", "initial-monday": '[["09:00", "13:00"]]'})
    assert again(sara).week is None


def test_a_manager_switches_the_own_row_and_cannot_change_the_own_role(casa):
    boss = make_staff(casa, Role.MANAGER, email="amina@casa.example").membership
    form = {"role": "manager", "initial-role": "manager", "initial-is_available": "True"}
    assert browser(boss.user).post(page_of(boss), form).status_code == 302
    assert not again(boss).is_available
    assert form_errors(browser(boss.user).post(page_of(boss), form | {"role": "salesperson"}))
    assert again(boss).role == Role.MANAGER


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"most_open": "0"}, "most_open"),
        ({"most_open": "99999999999"}, "most_open"),
        ({"monday_0": "09:00"}, "monday"),
        ({"monday_0": "09:00", "monday_1": "08:00"}, "monday"),
    ],
)
def test_what_is_wrong_is_said(sara, manager, wrong, field):
    page = manager.post(page_of(sara), {"role": "salesperson", "is_available": "on", **wrong})
    assert field in form_errors(page) and told() == []


def test_what_a_colleague_changed_meanwhile_stays(sara, manager):
    """The page says what it had shown."""
    set_availability(sara, {"is_available": False}, by=None)
    form = {"role": "salesperson", "is_available": "on", "initial-is_available": "True", "most_open": "5"}
    manager.post(page_of(sara), form)
    assert (again(sara).is_available, again(sara).most_open) == (False, 5)


def test_neither_a_salesperson_nor_another_dealership_does(sara, salesperson, atlas):
    theirs = browser(make_staff(atlas, Role.MANAGER))
    for client in (salesperson, theirs):
        client.post(page_of(sara), {"role": "salesperson"})
    assert again(sara).is_available


def test_somebody_who_has_left_is_refused(sara):
    staff.remove(again(sara), by=None)
    with pytest.raises(StaffRefused):
        set_availability(sara, {"is_available": False}, by=None)
    assert not Membership.objects.filter(pk=sara.pk).exists()


# --- The dealership's way --------------------------------------------------------------------------


def test_a_manager_chooses_who_gets_a_new_lead(casa, manager):
    page = f"/admin/dealers/dealership/{casa.pk}/change/"
    form = {"name": "Casa Motors", "time_zone": "Africa/Casablanca", "language": "en", "assigning": "round_robin"}
    assert manager.post(page, form).status_code == 302
    assert Dealership.objects.get(pk=casa.pk).deals_in_turn
    assert AuditEvent.objects.get(kind="dealership.changed").details == {"changed": ["assigning"]}
    assert "assigning" in form_errors(manager.post(page, form | {"assigning": "by lot"}))


def test_a_dealership_begins_with_leads_that_are_assigned_by_hand(casa):
    assert casa.assigning == "manual"
