"""The page of exports in a real Chromium: by keyboard alone, without scripts, in all clothes and languages."""

import csv
from pathlib import Path

import pytest

from conftest import make_lead
from leads.interchange.models import Export
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import make_staff
from steerleads.tests.browsers import DESKTOP, PHONE, axe_findings, signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.on_one_database,
]

TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
FILTER = "status=NEW&q=aya"
# Any two of device, language and scheme meet in the first four; the slow tests have all three.
LOOKS = [
    *[({"viewport": DESKTOP}, "fr", "light"), ({"viewport": DESKTOP}, "ar", "dark")],
    *[(TOUCH, "fr", "dark"), (TOUCH, "ar", "light")],
    pytest.param({"viewport": DESKTOP}, "fr", "dark", marks=pytest.mark.slow),
    pytest.param({"viewport": DESKTOP}, "ar", "light", marks=pytest.mark.slow),
    pytest.param(TOUCH, "fr", "light", marks=pytest.mark.slow),
    pytest.param(TOUCH, "ar", "dark", marks=pytest.mark.slow),
]


@pytest.fixture
def boss(casa, civic):
    Dealership.objects.update(language="en")
    for name in ("Aya", "Aya Tazi", "Badr"):
        make_lead(civic, target_name=name, tag="Hot")
    return make_staff(casa, Role.MANAGER, first_name="Nadia")


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def tab_to(page, what):
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused(page) == what:
            return
    raise AssertionError(f"no Tab leads to {what}")


def rows_of(download):
    with open(Path(download.path()), encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_keyboard_goes_from_the_list_to_the_file_and_back(open_page, boss):
    page = signed_in(open_page(viewport=DESKTOP), boss)
    page.goto(f"/admin/leads/lead/?{FILTER}")
    tab_to(page, "Export")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/admin/leads/lead/export/?{FILTER}")
    tab_to(page, "format-xlsx")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "format-csv"
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert [row["Contact name"] for row in rows_of(download.value)] == ["Aya", "Aya Tazi"]
    tab_to(page, "Back")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/admin/leads/lead/?{FILTER}")


def test_it_works_without_scripts(open_page, boss):
    page = signed_in(open_page(viewport=DESKTOP, java_script_enabled=False), boss)
    page.goto("/admin/leads/lead/")
    page.click("text=Export")
    page.check("#format-hubspot")
    with page.expect_download() as download:
        page.click("input[type=submit]")
    assert download.value.suggested_filename.startswith("leads-hubspot-")
    assert (len(rows_of(download.value)), Export.objects.get().format) == (3, "hubspot")


@pytest.mark.parametrize("context", [{"viewport": DESKTOP}, TOUCH], ids=["desktop", "phone"])
def test_the_board_exports_what_its_filter_shows(open_page, boss, context):
    page = signed_in(open_page(**context), boss)
    page.goto("/admin/leads/board/?q=tazi")
    page.wait_for_selector("[data-board][data-ready]")
    if page.is_visible("[data-more-filters]"):
        page.click("[data-more-filters]")
    page.click("[data-export]")
    page.check("#format-csv")
    with page.expect_download() as download:
        page.click("input[type=submit]")
    assert [row["Contact name"] for row in rows_of(download.value)] == ["Aya Tazi"]
    assert Export.objects.get().door == "board"


@pytest.mark.parametrize(("context", "language", "scheme"), LOOKS)
def test_axe_finds_nothing_and_nothing_lies_outside(open_page, boss, context, language, scheme):
    Dealership.objects.update(language=language)
    page = signed_in(open_page(**context, color_scheme=scheme, locale=language, bypass_csp=True), boss)
    page.goto(f"/admin/leads/lead/export/?{FILTER}")
    assert page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth") == context["viewport"]["width"]
    assert axe_findings(page) == []
    if context is TOUCH:
        for each in page.locator(".export-format, .export-do > *").all():
            assert each.bounding_box()["height"] >= 44
