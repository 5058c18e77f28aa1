"""That the benchmark of starting works. How long it takes, no test says."""

from types import SimpleNamespace

import pytest
from django.conf import settings

from steerleads.benchmarks import start

pytestmark = pytest.mark.long

ALONE = pytest.param(None, 0, id="alone", marks=pytest.mark.slow)
IN_TURN = pytest.param(settings.BASE_DIR, 2, id="in turn", marks=pytest.mark.slow)


@pytest.mark.on_one_database
@pytest.mark.parametrize(("against", "compared"), [ALONE, IN_TURN])
@pytest.mark.django_db
def test_it_prints_what_it_measured(capsys, against, compared):
    start.run(SimpleNamespace(against=against, rounds=1))
    printed = capsys.readouterr().out
    assert "the first /healthz" in printed
    assert printed.count("(") == compared  # ratios
