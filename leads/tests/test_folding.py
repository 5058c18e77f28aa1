"""Contract 21: what is typed in one way is found where it stands in another, by API, board and the choice of a car."""

import time
import unicodedata

import pytest

from cars.models import Car
from conftest import make_car, make_lead
from leads.models import Lead
from steerleads.db.text import fold, normalise

PAIRS = [
    # what stands there, what is typed
    ("Élodie", "elodie"),
    ("Cœur Łódź", "coeur lodz"),
    ("مـحـمـد", "محمد"),
    ("أحمد", "احمد"),
    ("ليلى", "ليلي"),
    ("فاطمة", "فاطمه"),
    ("ٱلرحمن", "الرحمن"),
    ("کریم", "كريم"),
    ("١٢٣", "123"),
    ("۴۵۶", "456"),
    ("L’achat", "l'achat"),
    ("Lʼachat", "l‘achat"),
    ("Rendez‑vous", "rendez-vous"),
    ("Paris–Dakar", "paris−dakar"),
]
BOTH_WAYS = [*PAIRS, *((typed, stored) for stored, typed in PAIRS)]


@pytest.mark.parametrize(("stored", "typed"), BOTH_WAYS)
def test_a_lead_is_found_by_search_filters_and_on_the_board(api, casa, civic, stored, typed):
    made = make_lead(civic, action=stored, target_name=stored, tag=stored)
    for parameter in ("search", "action", "targetName", "tag"):
        assert [lead["id"] for lead in api.get("/leads", query={parameter: typed}).json()] == [str(made.pk)]
    assert Lead.objects.of(casa).matching(typed).get() == made


@pytest.mark.parametrize(("stored", "typed"), BOTH_WAYS)
def test_a_car_is_found_by_search_filters_and_where_staff_choose_one(api, casa, stored, typed):
    made = make_car(casa, make=stored, model=stored, location=stored)
    for parameter in ("search", "make", "model", "location"):
        assert [car["id"] for car in api.get("/vehicles", query={parameter: typed}).json()] == [str(made.pk)]
    assert Car.objects.of(casa).matching(typed).get() == made


@pytest.mark.parametrize(("stored", "typed"), [("ع ل", "عل"), ("don't", "dont"), ("a-b", "ab"), ("5", "6")])
def test_what_is_another_word_is_not_found(api, civic, stored, typed):
    make_lead(civic, action=stored)
    assert api.get("/leads", query={"search": typed}).json() == []


MARKS = "e" + "\u0301\u0323" * 3000 + "\u0344\u05b0\u0301a\u0327\u0300é"


def test_marks_without_end_take_no_longer_than_their_number():
    began = time.process_time()
    for change in (normalise, fold):
        change(MARKS * 80)
    assert time.process_time() - began < 4


def test_marks_are_in_the_order_that_unicode_says():
    assert normalise(MARKS) == unicodedata.normalize("NFC", MARKS)
    assert fold(MARKS) == "eae"
