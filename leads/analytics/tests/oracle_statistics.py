"""The oracle's statistics, from the textbooks' formulas: exact fractions where a rank depends on it."""

import math
from fractions import Fraction
from functools import cache
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)  # of 95 %
TAIL = Fraction(1, 40)  # half of the other 5 %
QUANTILES = {"median": Fraction(1, 2), "p75": Fraction(3, 4), "p90": Fraction(9, 10)}
LEAST = 5  # below so many, a share says nothing


def share(part: int, of: int) -> dict:
    """A13: {value, low, high, of}, unrounded."""
    if of < LEAST:
        return {"value": None, "low": None, "high": None, "of": of}
    low, high = wilson(part, of)
    return {"value": part / of, "low": low, "high": high, "of": of}


def wilson(part: int, of: int) -> tuple[float, float]:
    p, n = part / of, of
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return centre - half, centre + half


def difference(this: dict, other: dict) -> dict:
    """Newcombe's interval of the difference of two shares (his method 10, without correction of continuity)."""
    if this["value"] is None or other["value"] is None:
        return {"value": None, "low": None, "high": None}
    p, q = this["value"], other["value"]
    down = math.sqrt((p - this["low"]) ** 2 + (other["high"] - q) ** 2)
    up = math.sqrt((this["high"] - p) ** 2 + (q - other["low"]) ** 2)
    return {"value": p - q, "low": p - q - down, "high": p - q + up}


def quantiles(seconds: list[int], of: int) -> dict:
    """A12: of `of` leads, of which those beyond `seconds` count as longer than any."""
    ordered = sorted(seconds)

    def at(rank):
        return ordered[rank - 1] if rank and rank <= len(ordered) else None

    told = {"of": of}
    for name, quantile in QUANTILES.items():
        rank = math.ceil(quantile * of)  # the nearest rank
        low, high = ranks(of, quantile)
        told[name] = {"seconds": at(rank), "isBeyond": rank > len(ordered), "low": at(low), "high": at(high)}
    return told


@cache
def ranks(n: int, quantile: Fraction) -> tuple[int | None, int | None]:
    """Between which ranks a quantile lies with 95 %, at most 2.5 % on either side; both None where there are too few.

    Reading: tails of equal size. Only so are 6, 13 and 36 the least numbers (A12): the shortest interval would be
    content with 11 for p75.
    """
    low = max((rank for rank in range(1, n + 1) if at_most(rank - 1, n, quantile) <= TAIL), default=None)
    high = min((rank for rank in range(1, n + 1) if 1 - at_most(rank - 1, n, quantile) <= TAIL), default=None)
    return (low, high) if low and high else (None, None)


@cache
def at_most(k: int, n: int, p: Fraction) -> Fraction:
    """How probable it is that of n leads at most k are below the quantile."""
    return at_most(k - 1, n, p) + math.comb(n, k) * p**k * (1 - p) ** (n - k) if k >= 0 else Fraction(0)
