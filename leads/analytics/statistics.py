"""What samples allow to say: shares and their differences with 95 % intervals, and nearest-rank quantiles with theirs.

Pure functions. Shares are between 0 and 1; ranks count from 1.
"""

import math
from functools import lru_cache
from typing import NamedTuple

Z = 1.959963984540054  # of the normal distribution, 95 % lie within so many deviations
TAIL = 0.025
NEGLIGIBLE = 1e-18
FEWEST = 5  # of fewer, a share says nothing
DECIMALS = 4
PER_CENT = {"median": 50, "p75": 75, "p90": 90}


class Interval(NamedTuple):
    """A value with the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def rounded(self) -> "Interval":
        """As answers have it. Nothing is `-0.0`."""
        return Interval(*(round(number, DECIMALS) + 0.0 for number in self))


class Ranks(NamedTuple):
    """Which of n sorted values is a quantile, and which are the ends of its 95 % interval: both None for a small n."""

    value: int
    low: int | None
    high: int | None


def share(part: int, whole: int) -> Interval | None:
    """`part` of `whole` with Wilson's score interval; None where `whole` is too small to say anything."""
    if whole < FEWEST:
        return None
    value = part / whole
    center = (part + Z * Z / 2) / (whole + Z * Z)
    reach = Z * math.sqrt(part * (whole - part) / whole + Z * Z / 4) / (whole + Z * Z)
    # Of none and of all, an end is exact, and would not be for the sake of a rounding.
    low = 0.0 if part == 0 else max(center - reach, 0.0)
    high = 1.0 if part == whole else min(center + reach, 1.0)
    return Interval(value, low, high)


def difference(one: Interval | None, other: Interval | None) -> Interval | None:
    """The one share minus the other, with Newcombe's hybrid score interval; None if either is."""
    if one is None or other is None:
        return None
    value = one.value - other.value
    below = math.hypot(one.value - one.low, other.high - other.value)
    above = math.hypot(one.high - one.value, other.value - other.low)
    return Interval(value, value - below, value + above)


def nearest_rank(per_cent: int, n: int) -> int:
    """The rank of the smallest of n sorted values that has at least so many per cent of them at or below it."""
    return -(-per_cent * n // 100)


@lru_cache(maxsize=4096)
def quantile_ranks(per_cent: int, n: int) -> Ranks:
    """The Ranks of a quantile of n values, n > 0. How many are below it is binomial: its 2.5 and 97.5 % are the ends."""
    p = per_cent / 100
    low = _first_beyond(TAIL, n, p)  # at most 2.5 % for fewer than `low` values below the quantile
    # The upper tail is the lower one of the values above.
    high = n + 1 - _first_beyond(TAIL, n, 1 - p)
    ends = (low, high) if low >= 1 and high <= n else (None, None)
    return Ranks(nearest_rank(per_cent, n), *ends)


def _first_beyond(tail: float, n: int, p: float) -> int:
    """The least k with P(B <= k) > tail, for B binomial of n and p."""
    # The sums begin so far below that what is left out is negligible, and go up to the answer.
    k = max(0, math.floor(n * p - 12 * math.sqrt(n * p * (1 - p)) - 12))
    term = _probability(k, n, p)
    total = term
    while total <= tail and k < n:
        term = term * (n - k) / (k + 1) * p / (1 - p) if term > NEGLIGIBLE else _probability(k + 1, n, p)
        k += 1
        total += term
    return k


def _probability(k: int, n: int, p: float) -> float:
    log = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(log + k * math.log(p) + (n - k) * math.log1p(-p))
