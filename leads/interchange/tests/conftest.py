"""Leads to be exported, unless a module has its own."""

import pytest

from conftest import TESTER, make_car, make_lead
from leads.actions import archive_lead


@pytest.fixture
def leads(casa):
    """Four leads of two cars in an order of their own, one of them archived."""
    cars = [make_car(casa), make_car(casa, make="Dacia", model="Logan")]
    fields = [
        {"order": 3, "tag": "Hot Lead", "target_name": "Élodie Martin"},
        {"order": 1, "status": "COMPLETED", "note": "two\nlines; and more"},
        {"order": 2, "action": "=cmd|' /C calc'!A0"},
        {"order": 0, "target_name": "أحمد"},
    ]
    made = [make_lead(cars[number % 2], **each) for number, each in enumerate(fields)]
    archive_lead(casa, made[3].pk, actor=TESTER)
    return made
