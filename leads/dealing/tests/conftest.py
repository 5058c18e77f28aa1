"""Who works at Casa, in tests of dealing."""

import pytest

from leads.work.tests.people import hire


@pytest.fixture
def sara(casa):
    return hire(casa)
