"""Hours in the admin."""

import re
from datetime import time

import pytest

from steerleads.dealers.hours.actions import set_hours
from steerleads.dealers.hours.models import Hours
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import browser, form_errors, make_staff

HOURS = "/admin/dealers/hours/"
OPEN = {"days": ["1", "2"], "opens": "08:30", "closes": "18:00", "quiet_from": "22:00", "quiet_until": "07:00"}


@pytest.fixture(autouse=True)
def _in_english(casa):
    Dealership.objects.update(language="en")


@pytest.fixture
def manager(casa):
    return browser(make_staff(casa, Role.MANAGER))


@pytest.fixture
def root(db):
    return browser(make_staff(None, None))


def page_of(hours):
    return f"{HOURS}{hours.pk}/change/"


def test_a_manager_comes_straight_to_the_own_hours_made_at_the_first_opening(casa, manager):
    pages = [manager.get(HOURS, follow=True) for _ in range(2)]
    hours = Hours.objects.get()
    assert hours.dealership == casa and [page.redirect_chain[-1][0] for page in pages] == [page_of(hours)] * 2
    boxes = re.findall(r'name="days" value="(\d)"[^>]*?( checked)?>', pages[0].content.decode())
    assert [day for day, checked in boxes if checked] == list("123456") and 'value="09:00"' in pages[0].content.decode()


def test_a_manager_changes_the_hours(casa, manager):
    hours = set_hours(casa, {})
    assert manager.post(page_of(hours), OPEN).status_code == 302
    found = Hours.objects.get()
    assert (found.days, found.opens, found.closes) == ("1,2", time(8, 30), time(18))
    assert (found.quiet_from, found.quiet_until) == (time(22), time(7))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"days": []}, "days"),
        ({"days": ["8"]}, "days"),
        ({"opens": "25:00"}, "opens"),
        ({"closes": "08:00"}, "closes"),
        ({"quiet_from": ""}, "quiet_from"),
    ],
)
def test_wrong_hours_are_refused_on_the_form(casa, manager, wrong, field):
    hours = set_hours(casa, {})
    assert list(form_errors(manager.post(page_of(hours), {**OPEN, **wrong}))) == [field]
    assert Hours.objects.get().opens == time(9)


def test_open_day_and_night_is_the_same_time_twice(casa, manager):
    hours = set_hours(casa, {})
    assert manager.post(page_of(hours), {**OPEN, "closes": "08:30"}).status_code == 302


def test_a_superuser_sees_everybodys_hours_and_adds_those_of_one(casa, atlas, root):
    set_hours(casa, {})
    root.post(f"{HOURS}add/", {**OPEN, "dealership": atlas.pk})
    assert "dealership" in form_errors(root.post(f"{HOURS}add/", {**OPEN, "dealership": atlas.pk}))
    assert {hours.dealership for hours in root.get(HOURS).context["cl"].result_list} == {casa, atlas}
    assert Hours.objects.get(dealership=atlas).days == "1,2"


@pytest.mark.parametrize("page", ["", "add/", "01890000-0000-7000-8000-000000000000/change/?_popup=1"])
def test_an_address_of_before_leads_to_the_page(manager, page):
    answer = manager.get(f"/admin/delivery/hours/{page}")
    assert (answer.status_code, answer["Location"]) == (301, f"{HOURS}{page}")
