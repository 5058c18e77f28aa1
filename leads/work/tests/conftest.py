"""Who works at Casa, in tests of work."""

import pytest

from leads.work.tests.people import hire
from steerleads.dealers.actors import Actor


@pytest.fixture
def sara(casa):
    return hire(casa)


@pytest.fixture
def omar(casa):
    return hire(casa, "Omar Tazi")


@pytest.fixture
def as_sara(sara):
    """Sara as the actor of a verb."""
    return Actor.of_user(sara.user)


@pytest.fixture
def path(lead):
    return f"/leads/{lead.pk}"
