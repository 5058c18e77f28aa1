"""The ladder that links what comes in to the inventory (contract-interchange N6): each rung, and what leaves it to the next."""

import pytest

from cars.actions import change_car
from cars.matching import Clues, Match, Matcher, find_car, signs_of, signs_of_car
from conftest import make_car
from steerleads.db.ids import new_id

VIN = "VF1RFB00066123456"


@pytest.fixture
def stock(casa, atlas):
    """Cars of Casa, by a short name; Atlas has the like of one."""
    make_car(atlas, make="Fiat", model="Panda", vin="ZFA31200000000001", stock_number="F-1")
    return {
        "clio": make_car(casa, make="Renault", model="Clio", overview_year=2019, vin=VIN, stock_number="R-1"),
        "clio 2021": make_car(casa, make="Renault", model="Clio", overview_year=2021, plate="12345-أ-6"),
        "logan": make_car(casa, make="Dacia", model="Logan", overview_year=2020, stock_number="000124"),
        "sold logan": make_car(
            casa, make="Dacia", model="Logan", overview_year=2018, status="SOLD", stock_number="D-9"
        ),
        "classe c": make_car(casa, make="Mercedes Benz", model="Classe C", overview_year=2022),
    }


FOUND = [
    (Clues(vin=VIN), "clio"),
    (Clues(vin="vf1rfb0006 6123456"), "clio"),
    (Clues(vin=VIN, make="Dacia", model="Logan"), "clio"),
    (Clues(vin="VF1RFB00066000000", stock_number="R-1"), "clio"),
    (Clues(stock_number="000124"), "logan"),
    (Clues(stock_number="D-9"), "sold logan"),
    (Clues(plate="12345 A 6"), "clio 2021"),
    (Clues(plate="WW", make="Dacia", model="Logan"), "logan"),
    (Clues(make="RENAULT", model="clio", year=2021), "clio 2021"),
    (Clues(make="Dacia", model="Logan", year=2020), "logan"),
    (Clues(make="Dacia", model="Logan", year=2018), "logan"),  # that of 2018 is sold
    (Clues(make="Dacia", model="Logan"), "logan"),
    (Clues(text="Dacia Logan"), "logan"),
    (Clues(text="dacia  logan 2020"), "logan"),
    (Clues(text="Mercedes Benz Classe C"), "classe c"),
    (Clues(text="2021 Renault Clio"), "clio 2021"),
    (Clues(text="R-1"), "clio"),
    (Clues(text=VIN), "clio"),
]
NOT_FOUND = [
    (Clues(), False),
    (Clues(make="Renault", model="Clio"), True),
    (Clues(make="Renault", model="Clio", year=2015), True),
    (Clues(text="Renault Clio"), True),
    (Clues(make="Fiat", model="Panda", vin="ZFA31200000000001", stock_number="F-1"), False),
    (Clues(make="Dacia"), False),
    (Clues(text="Logan"), False),
    (Clues(plate="-"), False),
    (Clues(car_id=new_id()), False),
]


def test_each_rung_finds_its_car(casa, stock, subtests):
    for clues, name in FOUND:
        with subtests.test(str(clues)):
            assert find_car(casa, clues) == Match(stock[name].pk)


def test_where_there_is_none_or_several_it_says_which_of_the_two(casa, stock, subtests):
    for clues, is_ambiguous in NOT_FOUND:
        with subtests.test(str(clues)):
            assert find_car(casa, clues) == Match(None, is_ambiguous)


def test_an_id_beats_all_else_and_is_the_dealerships_own(casa, atlas, stock):
    clues = Clues(car_id=stock["sold logan"].pk, vin=VIN)
    assert find_car(casa, clues).car_id == stock["sold logan"].pk
    assert find_car(atlas, clues) == Match()


def test_what_was_asked_is_remembered_until_it_is_forgotten(casa, stock, django_assert_num_queries):
    matcher, clues = Matcher(casa), Clues(make="Dacia", model="Logan")
    assert matcher.find(clues).car_id == stock["logan"].pk
    change_car(casa, stock["logan"].pk, {"status": "SOLD"})
    with django_assert_num_queries(0):
        assert matcher.find(clues).car_id == stock["logan"].pk
    matcher.forget()
    assert matcher.find(clues) == Match()


def test_what_finds_a_car_is_among_its_signs(stock, subtests):
    for clues, name in FOUND:
        with subtests.test(str(clues)):
            assert signs_of(clues) & signs_of_car(stock[name])
