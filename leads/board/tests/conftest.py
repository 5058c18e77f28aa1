"""A salesperson and a manager of Casa's at their board."""

import pytest

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


def _speaking_english(dealership):
    Dealership.objects.filter(pk=dealership.pk).update(language="en")
