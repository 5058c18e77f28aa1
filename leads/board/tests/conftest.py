"""A salesperson and a manager of Casa's at their board."""

import pytest

from conftest import make_car
from leads.board.tests.boards import Board
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import make_staff


@pytest.fixture
def seller(casa):
    _speaking_english(casa)
    return Board(make_staff(casa, first_name="Amina", last_name="Tazi"))


@pytest.fixture
def boss(casa):
    _speaking_english(casa)
    return Board(make_staff(casa, Role.MANAGER, first_name="Nadia", last_name="Berrada"))


@pytest.fixture
def clio(casa):
    return make_car(casa, make="Renault", model="Clio", plate="12345-أ-6", stock_number="A-17")


def _speaking_english(dealership):
    Dealership.objects.filter(pk=dealership.pk).update(language="en")
