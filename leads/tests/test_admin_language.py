"""What the API's rules and verbs refuse is said to staff in their language, and to programs always in English."""

import pytest

from cars.models import Car
from conftest import make_car, make_lead
from leads.models import Lead
from steerleads.dealers.models import Role
from steerleads.dealers.tests.people import browser, form_errors, make_staff, told

pytestmark = pytest.mark.on_one_database

VIN = "1HGCM82633A004352"
CARS, LEADS = "/admin/cars/car/", "/admin/leads/lead/"


@pytest.fixture(params=["fr", "ar"])
def language(request, casa):
    casa.language = request.param
    casa.save()
    return request.param


@pytest.fixture
def manager(casa, language):
    return browser(make_staff(casa, Role.MANAGER))


def message_at(page, field):
    ((only, (error,)),) = form_errors(page).items()
    assert only == field
    return error["message"]


@pytest.mark.parametrize(
    ("field", "value", "french", "arabic"),
    [
        ("make", "\u200b", "Ce champ ne doit pas être vide.", "يجب ألا يكون هذا الحقل فارغًا."),
        ("make", "x" * 101, "Ce champ compte 101 caractères", "عدد أحرف هذا الحقل 101"),
        ("make", "a\nb", "Ce champ contient le caractère U+000A", "يحتوي هذا الحقل على الحرف U+000A"),
        ("vin", "123", "Un VIN se compose de 17 lettres", "يتكوّن رقم الهيكل من 17 حرفًا"),
        ("vin", VIN, f"Un autre véhicule de votre concession porte le VIN {VIN}.", "توجد في وكالتك سيارة أخرى"),
        ("stock_number", "A-1", "Un autre véhicule de votre concession porte le numéro de stock", "توجد في وكالتك"),
        ("km", "-1", "Ce champ doit être un nombre entier de 0", "يجب أن يكون هذا الحقل عددًا صحيحًا"),
        ("price", "1.234", "Ce champ doit être un nombre de 0", "يجب أن يكون هذا الحقل عددًا من 0"),
    ],
)
def test_a_form_says_what_is_wrong_in_the_dealerships_language(casa, manager, language, field, value, french, arabic):
    make_car(casa, vin=VIN, stock_number="A-1")
    page = manager.post(f"{CARS}add/", {"make": "Honda", "model": "Civic", "status": "LOADING", field: value})
    assert message_at(page, field).startswith({"fr": french, "ar": arabic}[language])


def test_a_leads_form_does_too(manager, language, civic):
    data = {"car": civic.pk, "status": "NEW", "action": "Call", "target_name": "Sara", "target_info": "-", "order": "x"}
    expected = {"fr": "Ce champ doit être un nombre entier", "ar": "يجب أن يكون هذا الحقل عددًا صحيحًا"}
    assert message_at(manager.post(f"{LEADS}add/", data), "order").startswith(expected[language])
    assert not Lead.objects.exists()


def test_what_a_verb_refuses_is_said_above_the_list(manager, language, civic, monkeypatch):
    monkeypatch.setattr("cars.admin.CarAdmin.get_deleted_objects", lambda *_: ([], {}, set(), []))
    make_lead(civic)  # after the person was asked
    page = manager.post(f"{CARS}{civic.pk}/delete/", {"post": "yes"}, follow=True)
    assert told(page)[0].startswith({"fr": "Des leads,", "ar": "توجد فرص"}[language])
    assert Car.objects.get() == civic


@pytest.mark.parametrize("accepted", ["fr", "ar", "fr-MA,fr;q=0.9"])
def test_the_api_answers_in_english_whatever_is_accepted(api, manager, lead, accepted):
    manager.get(LEADS)  # staff's language is not left behind in the thread
    answers = [
        api.post("/vehicles", {"make": " ", "vin": "1"}, accept_language=accepted),
        api.delete(f"/vehicles/{lead.car_id}", accept_language=accepted),
        api.get(f"/leads/{lead.car_id}", accept_language=accepted),
    ]
    messages = [
        detail["message"]
        for answer in answers
        for detail in answer.json()["error"].get("details", [answer.json()["error"]])
    ]
    assert messages == [
        "This field must not be blank.",
        "This field is required.",
        "A VIN has 17 letters and digits, without I, O and Q.",
        "This vehicle has leads, archived ones included. Delete them first.",
        "There is no lead with this id.",
    ]
