"""Importing leads in a real Chromium: by keyboard alone, in three languages, on a screen and on a phone; axe finds nothing."""

import pytest

from leads.interchange.imports.models import Import
from leads.interchange.imports.running import work_on_all
from leads.models import Lead
from steerleads.dealers.models import Role
from steerleads.dealers.tests.people import make_staff
from steerleads.tests.browsers import DESKTOP, PHONE, axe_findings, signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.on_one_database,
]

SHEET = (
    "Nom complet;GSM;Marque;Modèle;Statut;Remarque;Pointure\n"
    "Salma Bennani;0661234567;Dacia;Logan;Perdu;à rappeler demain, après la prière de l'après-midi, pour la reprise;38\n"
    'أحمد العلمي;"2,12661E+11";Dacia;Logan;Etwas;;40\n'
    "Ali;0522201010;Fiat;Panda;Etwas;;\n"
)
LOOKS = [("fr", DESKTOP), ("ar", PHONE), pytest.param("en", PHONE, marks=pytest.mark.slow)]
TOUCH = {"has_touch": True, "is_mobile": True}


@pytest.fixture
def boss(casa, logan):
    return make_staff(casa, Role.MANAGER, first_name="Amina", last_name="Bennani")


def check(page, name):
    """What every page of the way holds."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], name
    assert axe_findings(page) == [], name


def press_until(page, selector):
    """Tab until this has the focus."""
    for _step in range(60):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


@pytest.mark.parametrize(("language", "size"), LOOKS, ids=["fr-1440", "ar-390", "en-390"])
def test_a_file_is_imported_and_undone_by_keyboard_alone(open_page, casa, boss, write, language, size):
    casa.language = language
    casa.save()
    how = TOUCH if size == PHONE else {}
    page = signed_in(open_page(viewport=size, bypass_csp=True, locale=language, **how), boss)
    page.goto("/admin/interchange/import/add/")
    check(page, "file")
    page.set_input_files("#id_file", write(SHEET))
    press_until(page, "input[type=submit].default")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_column_0")
    check(page, "columns")
    press_until(page, "button[value=check]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-state=checking]")
    check(page, "checking")
    work_on_all()
    page.wait_for_selector("#rows-title")
    check(page, "checked")
    press_until(page, "button[value=run]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-state=running]")
    work_on_all()
    page.wait_for_selector("#refused-title")
    check(page, "result")
    assert Lead.objects.get().target_name == "Salma Bennani"
    press_until(page, "button[value=undo]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-state=undoing]")
    work_on_all()
    page.wait_for_selector(".import-tally")
    check(page, "undone")
    page.goto("/admin/interchange/import/")
    check(page, "list")
    assert not Lead.objects.exists() and Import.objects.get().state == "undone"
