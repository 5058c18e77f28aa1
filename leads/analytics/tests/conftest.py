"""A November that is over, and a clock that stands at its end."""

import pytest
from django.utils import timezone

from leads.analytics.tests.november import NOW, live_through


@pytest.fixture
def november(casa, monkeypatch):
    """{name: id} of the twelve leads; it is noon of 30 November."""
    return live_through(casa, lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment))


@pytest.fixture
def november_is_over(monkeypatch):
    """It is noon of 30 November, and nothing has happened."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
