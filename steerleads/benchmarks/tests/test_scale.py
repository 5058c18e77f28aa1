"""That the benchmark of growing costs works. How high they are, no test says."""

from collections import Counter
from functools import partial
from types import SimpleNamespace

import pytest

from steerleads.benchmarks import scale


@pytest.mark.on_one_database
@pytest.mark.django_db(transaction=True)
def test_it_prints_what_it_measured(capsys):
    scale.run(SimpleNamespace(leads=600, rounds=2, requests=1, keep=None))
    printed = capsys.readouterr().out
    assert printed.count("300 by ") == len(scale.SORTS)
    assert printed.count(" word in ") == len(scale.SEARCHES)
    assert "Memory while streaming" in printed
    assert "/v1/vehicles          1     1" in printed


def test_words_are_as_frequent_as_it_says():
    tags = Counter(map(partial(scale.tag_of, 20_000), range(20_000)))
    assert (tags[scale.RARE], tags[scale.SELDOM], tags[scale.LATEST], tags[scale.COMMON]) == (5, 40, 40, 4_990)
