"""Compares two or more things by timing them in turn, A B C A B C: a noisy machine is noisy for all of them alike."""

from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Ratio:
    """The median of the rounds' ratios, with the quarter and three-quarter points."""

    middle: float
    low: float
    high: float

    def __str__(self):
        return f"{self.middle:.2f} ({self.low:.2f}–{self.high:.2f})"


def in_turn(things, rounds, *, between=lambda done: None):
    """{name: its figures, one a round} of `things`, {name: function that measures it once}.

    Every other round goes backwards, so that none always follows the same one. `between` is told how many are done.
    """
    figures = {name: [] for name in things}
    for number in range(rounds):
        for name in list(things)[:: -1 if number % 2 else 1]:
            figures[name].append(things[name]())
        between(number + 1)
    return figures


def ratio(figures, others):
    """How many times `others` these figures are, round by round: a Ratio."""
    ratios = [figure / other for figure, other in zip(figures, others, strict=True)]
    low, _, high = quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
    return Ratio(median(ratios), low, high)
