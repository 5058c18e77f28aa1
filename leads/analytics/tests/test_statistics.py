"""Shares, their differences and quantiles, against numbers that others have reckoned and against exact fractions."""

from fractions import Fraction
from math import comb

import pytest

from leads.analytics.statistics import difference, nearest_rank, quantile_ranks, share

SHARES = [
    # (part, whole, value, low, high): Wilson's score interval
    (4, 12, 0.3333, 0.1381, 0.6094),
    (4, 7, 0.5714, 0.2505, 0.8418),
    (1, 8, 0.125, 0.0224, 0.4709),
    (1, 10, 0.1, 0.0179, 0.4042),
    (5, 103, 0.0485, 0.0209, 0.1086),
    (0, 5, 0.0, 0.0, 0.4345),
    (5, 5, 1.0, 0.5655, 1.0),
]
SMALLEST = {50: 6, 75: 13, 90: 36}  # of which there is an interval


@pytest.mark.parametrize(("part", "whole", "value", "low", "high"), SHARES)
def test_shares(part, whole, value, low, high):
    assert share(part, whole).rounded() == (value, low, high)


@pytest.mark.parametrize("whole", range(5))
def test_of_fewer_than_five_a_share_says_nothing(whole):
    assert share(whole, whole) is None


def test_a_difference_is_newcombes_hybrid():
    assert difference(share(5, 103), share(9, 96)).rounded() == (-0.0452, -0.125, 0.0291)
    assert difference(share(56, 70), share(48, 80)).rounded() == (0.2, 0.0524, 0.3339)  # his own example
    assert difference(share(1, 4), share(9, 96)) is None


def test_nothing_is_minus_nought():
    assert str(difference(share(3, 9), share(3, 9)).rounded().value) == "0.0"


@pytest.mark.parametrize(
    ("per_cent", "n", "rank"), [(50, 1, 1), (50, 9, 5), (75, 7, 6), (75, 8, 6), (90, 10, 9), (90, 11, 10)]
)
def test_the_nearest_rank(per_cent, n, rank):
    assert nearest_rank(per_cent, n) == rank


@pytest.mark.parametrize("per_cent", SMALLEST)
def test_ranks_of_intervals_are_the_exact_binomial_ones(per_cent):
    for n in range(1, 130):
        ranks = quantile_ranks(per_cent, n)
        assert (ranks.low, ranks.high) == exact_ranks(per_cent, n), n
        assert (ranks.low is None) == (n < SMALLEST[per_cent])


def test_ranks_of_very_many():
    ranks = quantile_ranks(50, 400_000)
    assert (ranks.value, ranks.low, ranks.high) == (200_000, 199_380, 200_621)


def exact_ranks(per_cent, n):
    p, below, low, high = Fraction(per_cent, 100), Fraction(0), 0, None
    for k in range(n + 1):
        below += comb(n, k) * p**k * (1 - p) ** (n - k)
        low = k + 1 if below <= Fraction(25, 1000) else low
        high = k + 1 if high is None and below >= Fraction(975, 1000) else high
    return (low, high) if low >= 1 and high <= n else (None, None)
