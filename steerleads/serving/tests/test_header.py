"""The bar on top of every page: it offers what the person may see, and says where they are."""

import re

import pytest

from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import browser, make_staff

pytestmark = pytest.mark.on_one_database

LINK = re.compile(
    r'<a href="([^"]+)"( aria-current="page")?>|<a class="site-nav-wide" href="([^"]+)"( aria-current="page")?>'
)
BOARD, LEADS, CARS, OVERVIEW = "/admin/leads/board/", "/admin/leads/lead/", "/admin/cars/car/", "/admin/"
ANALYTICS = "/admin/leads/analytics/"


def sections(user, path):
    """{address: whether it is where the person is} of the main menu on this page."""
    html = browser(user).get(path).content.decode()
    menu = re.search(r'<nav class="site-nav".*?</nav>', html, re.DOTALL)
    return {a or c: bool(b or d) for a, b, c, d in LINK.findall(menu[0])} if menu else None


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (Role.SALESPERSON, [BOARD, LEADS, CARS, ANALYTICS]),
        (Role.MANAGER, [BOARD, LEADS, CARS, ANALYTICS, OVERVIEW]),
        (None, [BOARD, LEADS, CARS, ANALYTICS, OVERVIEW]),
    ],
)
def test_the_menu_offers_what_the_role_may_see(casa, role, offered):
    assert list(sections(make_staff(casa, role), "/admin/two-factor/")) == offered


def test_staff_who_work_nowhere_and_strangers_are_offered_nothing(db):
    assert sections(make_staff(None, Role.SALESPERSON), "/admin/") is None
    assert sections(None, "/admin/login/") is None


@pytest.mark.parametrize(
    ("path", "here"),
    [
        (BOARD, BOARD),
        (LEADS, LEADS),
        (f"{LEADS}add/", LEADS),
        (CARS, CARS),
        (ANALYTICS, ANALYTICS),
        (OVERVIEW, OVERVIEW),
    ],
)
def test_the_section_where_one_is_is_marked(casa, path, here):
    marked = sections(make_staff(casa, Role.MANAGER), path)
    assert [address for address, current in marked.items() if current] == [here]


def test_the_account_menu_names_the_person_and_the_dealership_as_text(casa):
    Dealership.objects.update(name="<b>Casa & Sons</b>", language="en")
    html = browser(make_staff(casa, first_name="<i>Amina</i>")).get("/admin/two-factor/").content.decode()
    assert "&lt;b&gt;Casa &amp; Sons&lt;/b&gt;" in html and "&lt;i&gt;Amina&lt;/i&gt;" in html
    assert '<form id="logout-form" method="post" action="/admin/logout/">' in html
