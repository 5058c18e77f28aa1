"""Importing cars in a real Chromium: every step is whole on a phone, right to left too, and worked by the keyboard."""

import pytest

from cars.models import Car
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import make_staff
from steerleads.tests.browsers import DESKTOP, PHONE, axe_findings, signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.on_one_database,
]

PAGE = "/admin/cars/car/import/"
TABLE = (
    "Marque;Modèle;Prix (DH);Ville;Numéro de châssis;Couleur de la carrosserie;Immatriculation\n"
    "Dacia;Logan;95 000;Casablanca;UU1L5220X12345678;rouge;12345-أ-6\n"
    "Kia;Rio;pas cher;Rabat;;bleu;\n"
)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "voitures.csv"
    path.write_bytes(TABLE.encode("utf-8-sig"))
    return path


def press(page, name):
    """The button of this value, by the keyboard."""
    page.locator(f'button[value="{name}"]').focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize(("viewport", "language"), [(PHONE, "ar"), (DESKTOP, "fr")])
def test_cars_are_imported_step_by_step(open_page, casa, table, viewport, language):
    Dealership.objects.update(language=language)
    boss = make_staff(casa, Role.MANAGER)
    page = signed_in(open_page(viewport=viewport, locale=language, bypass_csp=True), boss)
    findings = []

    def look(step):
        page.wait_for_selector(f".car-import-steps li:nth-child({step})[aria-current]")
        findings.extend(axe_findings(page))
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]

    page.goto(PAGE)
    look(1)
    page.set_input_files("input[type=file]", table)
    page.locator("input[type=submit]").focus()
    page.keyboard.press("Enter")
    look(2)
    press(page, "check")
    look(3)
    press(page, "import")
    look(4)
    assert findings == []
    assert Car.objects.values_list("make", "plate").get() == ("Dacia", "12345-أ-6")
