"""Limits: exact over threads and processes, in windows that slide, whatever the clock has been."""

import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from steerleads.dealers import limits
from steerleads.dealers.limits import Limit
from steerleads.dealers.models import Tally
from steerleads.tests.clients import together
from steerleads.tests.commands import environment, python
from steerleads.tests.databases import scratch_database

pytestmark = pytest.mark.django_db
NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
THREE = Limit("three", 3, HOUR)
FIVE = Limit("five", 5, HOUR)
TAKE = """
from concurrent.futures import ThreadPoolExecutor
from django.db import connections
from django.utils import timezone
from steerleads.dealers import limits
from steerleads.dealers.limits import Limit
from datetime import timedelta
TWENTY, MANY = Limit("twenty", 20, timedelta(hours=1)), Limit("many", 1000, timedelta(hours=1))
def consume(number):
    # In both orders, which must not make anybody wait for each other.
    counted = [TWENTY.of("sara"), MANY.of("127.0.0.1")][:: 1 if number % 2 else -1]
    passed = [limits.consume(*counted, now=timezone.now()).passed for _ in range(5)]
    connections.close_all()
    return sum(passed)
with ThreadPoolExecutor(6) as pool:
    print(sum(pool.map(consume, range(6))))
"""


def consume(*counted, at=NOON):
    return limits.consume(*counted or [THREE.of("sara")], now=at)


def passed(*counted, times=1, at=NOON):
    return [consume(*counted, at=at).passed for _ in range(times)]


def test_so_many_pass_and_then_one_waits_until_the_window_is_over():
    assert passed(times=5) == [True, True, True, False, False]
    assert consume(at=NOON + 20 * MINUTE).retry_after == 40 * 60
    assert passed(at=NOON + HOUR - timedelta(seconds=1)) == [False]
    assert passed(at=NOON + HOUR, times=4) == [True, True, True, False]


def test_the_window_slides():
    for minute in (0, 20, 40):
        consume(at=NOON + minute * MINUTE)
    assert [passed(at=NOON + minute * MINUTE)[0] for minute in (59, 60, 61, 80, 81, 100)] == [
        *(False, True, False),
        *(True, False, True),
    ]


def test_the_last_one_is_told_how_long_there_will_be_no_other():
    assert [consume().retry_after for _ in range(3)] == [0, 0, 3600]


def test_others_are_counted_apart():
    passed(times=3)
    assert passed(THREE.of("omar")) == passed(FIVE.of("sara")) == passed(THREE.of("sara", "omar")) == [True]


def test_of_several_limits_all_are_counted_or_none():
    passed(THREE.of("sara"), times=3)
    assert passed(THREE.of("sara"), FIVE.of("here"), times=9) == [False] * 9
    assert passed(FIVE.of("here"), times=6) == [True] * 5 + [False]


def test_what_is_refused_costs_one_read(django_assert_num_queries):
    passed(FIVE.of("here"), THREE.of("sara"), times=3)
    with django_assert_num_queries(1):
        consume(FIVE.of("here"), THREE.of("sara"))


def test_the_first_and_the_next_cost_the_same(django_assert_num_queries):
    for _ in range(3):
        with django_assert_num_queries(6):  # a look, the transaction's two, and three in it
            consume()


def test_given_back_is_as_if_it_had_not_been():
    verdicts = [consume(at=NOON + n * MINUTE) for n in range(3)]
    limits.give_back(THREE.of("sara"), THREE.of("omar"), at=verdicts[1].at)
    assert passed(at=NOON + 3 * MINUTE, times=2) == [True, False]
    assert passed(at=NOON + HOUR, times=2) == [True, False]


def test_forgotten_is_as_if_it_had_not_been():
    for counted in (THREE.of("sara"), THREE.of("sara", "here"), THREE.of("omar")):
        passed(counted, times=3)
    assert limits.forget_all_of(THREE, "sara") == 2
    assert passed() == passed(THREE.of("sara", "here")) == [True]
    assert passed(THREE.of("omar")) == [False]


def test_no_name_and_no_address_is_kept():
    consume(THREE.of("sara@casa.example", "203.0.113.7"))
    # The whole form: a few letters that are looked for in a digest may be there by chance.
    assert re.fullmatch("three:[0-9a-f]{32}:[0-9a-f]{32}", Tally.objects.get().id)


def test_long_and_odd_names_count_too():
    assert passed(THREE.of("é" * 100_000, ""), THREE.of("\ud83d", "\0")) == [True]


def test_what_counts_no_more_is_deleted_and_nothing_else():
    consume(THREE.of("old"))
    consume(THREE.of("new"), at=NOON + 30 * MINUTE)
    consume(THREE.of("ahead"), at=NOON + 365 * DAY)
    assert limits.forget_ended(now=NOON + HOUR + MINUTE) == 2
    assert passed(THREE.of("new"), at=NOON + HOUR + MINUTE, times=3) == [True, True, False]


def test_a_note_is_remembered_for_its_window():
    limits.note(THREE.of("sara"), now=NOON)
    seen = [limits.happened(THREE.of("sara"), now=NOON + by) for by in (0 * HOUR, 0.9 * HOUR, HOUR, -2 * DAY)]
    assert seen == [True, True, False, False]
    assert not limits.happened(THREE.of("omar"), now=NOON)


@pytest.mark.parametrize("ahead", [MINUTE, HOUR, DAY, 365 * DAY])
def test_a_clock_that_was_ahead_makes_nobody_wait_longer_than_a_window(ahead):
    passed(at=NOON + ahead, times=3)
    assert 0 < consume(at=NOON).retry_after <= 3600
    assert passed(at=NOON + HOUR, times=4) == [True, True, True, False]


@pytest.mark.django_db(transaction=True)
def test_of_many_threads_exactly_so_many_pass():
    def one():
        try:
            return limits.consume(FIVE.of("sara"), THREE.of(str(object())), now=timezone.now()).passed
        finally:
            connections.close_all()

    assert sum(together(*[one] * 12)) == 5


def test_of_many_processes_exactly_so_many_pass():
    with tempfile.TemporaryDirectory() as folder, scratch_database(folder) as (url, _):
        env = environment(url, folder, {"SECRET_KEY": "one for all of them, and long enough"})
        with ThreadPoolExecutor(3) as pool:
            assert sum(int(printed) for printed in pool.map(python, [TAKE] * 3, [env] * 3)) == 20
