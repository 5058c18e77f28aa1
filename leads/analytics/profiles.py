"""Profiles: numbers kept with a fact, each the same for all facts that are alike in some columns.

An index counts by them in its own order, without a look at the facts; what a profile says of the columns then judges
the cells of a figure (predicates.py), so that a count and the list behind it have one definition. Long times are in
bands of a few per cent, whose edges are those that figures have.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from leads.analytics.models import LeadFact, Way
from leads.analytics.predicates import SOME, Predicate, Span, judged
from leads.fields import Status

MINUTE, HOUR, DAY = 60, 3600, 86_400
Known = Mapping[str, Any]  # what is known of columns, as `judged` takes it


def _edges(*parts: tuple[int, int]) -> list[int]:
    """The upper ends of bands: up to the end of each part, by its step."""
    found, begin = [], 0
    for end, step in parts:
        found += range(begin + step, end + 1, step)
        begin = end
    return found


ANSWER_EDGES = _edges(
    (5 * MINUTE, 10),
    (15 * MINUTE, 20),
    (30 * MINUTE, 30),
    (HOUR, MINUTE),
    (4 * HOUR, 3 * MINUTE),
    (DAY, 10 * MINUTE),
    (10 * DAY, 2 * HOUR),
    (100 * DAY, DAY),
    (1000 * DAY, 10 * DAY),
)
COMPLETION_EDGES = _edges(
    (DAY, HOUR), (7 * DAY, 6 * HOUR), (30 * DAY, DAY), (90 * DAY, 3 * DAY), (1080 * DAY, 30 * DAY)
)


class Codes(NamedTuple):
    """Those whose facts a predicate is true of, and those of some of whose facts it may be."""

    true: frozenset[int]
    open: frozenset[int]


class Profile:
    """One of them. `column` is where it is kept, `banded` the column that it has in bands, in the order of its codes.

    `kinds` are (key, what is known of the columns), the code is the place among them; `key_of` is a fact's key.
    """

    def __init__(
        self, column: str, banded: str, kinds: Iterator[tuple[Hashable, Known]], key_of: Callable[[LeadFact], Hashable]
    ):
        self.column, self.banded = column, banded
        keys, knowns = zip(*kinds, strict=True)
        self._known: Sequence[Known] = knowns
        self._codes = {key: code for code, key in enumerate(keys)}
        self._key_of = key_of

    @property
    def codes(self) -> range:
        return range(len(self._known))

    def code_of(self, fact: LeadFact) -> int:
        return self._codes[self._key_of(fact)]

    def is_gone(self, code: int) -> bool:
        return self._known[code]["deleted_at"] is SOME

    @cached_property
    def columns(self) -> frozenset[str]:
        """Those of which it says something."""
        return frozenset().union(*self._known)

    def band(self, code: int) -> int | float:
        """Where the values of the banded column begin, by which bands are sorted; they have some."""
        return self._known[code][self.banded].low

    def where(self, predicate: bool | Predicate) -> Codes:
        """The codes of the facts of which a predicate is true, as far as they tell."""
        return _where(self, predicate)


@lru_cache(maxsize=1024)
def _where(profile: Profile, predicate: bool | Predicate) -> Codes:
    found = {code: judged(predicate, profile._known[code]) for code in profile.codes}
    true = frozenset(code for code, judgement in found.items() if judgement is True)
    return Codes(true, frozenset(code for code, judgement in found.items() if judgement not in (True, False)))


def _bands(edges: Sequence[int]) -> Iterator[Span]:
    for low, high in zip([None, *edges], [*edges, None], strict=True):
        yield Span(float("-inf") if low is None else low + 1, float("inf") if high is None else high)


def _gone(is_gone: bool) -> Known:
    return {"deleted_at": SOME if is_gone else None}


# --- What became of it ---------------------------------------------------------------------------


def _outcomes() -> Iterator[tuple[Hashable, Known]]:
    """By gone, born NEW, status, reopened, and the band of its completion; that is known of those born NEW."""
    bands = [None, *enumerate(_bands(COMPLETION_EDGES))]
    for is_gone in (False, True):
        for status in Status:
            for reopened in (False, True):
                known = {
                    **_gone(is_gone),
                    "status": status,
                    "reopened": reopened,
                    "ever_decided": reopened or status != Status.NEW,
                }
                yield (is_gone, False, status, reopened, None), {**known, "born_status": SOME_DECISION}
                for band in bands:
                    number, span = band or (None, None)
                    known |= {"born_status": Status.NEW, "completion_seconds": span}
                    yield (is_gone, True, status, reopened, number), {**known}


def _outcome_key(fact: LeadFact) -> Hashable:
    is_new, seconds = fact.born_status == Status.NEW, fact.completion_seconds
    band = bisect_left(COMPLETION_EDGES, seconds) if is_new and seconds is not None else None
    return fact.deleted_at is not None, is_new, fact.status, fact.reopened, band


# No status, and so none that a predicate names: it was born with one that decided it.
SOME_DECISION = "decided"
OUTCOME = Profile("outcome_profile", "completion_seconds", _outcomes(), _outcome_key)


# --- How it was answered -------------------------------------------------------------------------


def _answers(column: str) -> Iterator[tuple[Hashable, Known]]:
    """By gone and way; of who asked the band of the answer, or what keeps one from waiting for it."""
    for is_gone in (False, True):
        for way in Way:
            if way != Way.ASKED:
                yield (is_gone, way), {**_gone(is_gone), "way": way}
        asked = {**_gone(is_gone), "way": Way.ASKED}
        for is_new in (False, True):
            for archived in (False, True):
                status = Status.NEW if is_new else SOME_DECISION
                waits = {"first_human_at": None, column: None, "status": status, "archived": archived}
                yield (is_gone, is_new, archived), {**asked, **waits}
        for number, span in enumerate(_bands(ANSWER_EDGES)):
            yield (is_gone, number), {**asked, "first_human_at": SOME, column: span}


def _answer_key(column: str) -> Callable[[LeadFact], Hashable]:
    def key_of(fact: LeadFact) -> Hashable:
        is_gone, seconds = fact.deleted_at is not None, getattr(fact, column)
        if fact.way != Way.ASKED:
            return is_gone, fact.way
        if seconds is None:
            return is_gone, fact.status == Status.NEW, fact.archived
        return is_gone, bisect_left(ANSWER_EDGES, seconds)

    return key_of


def _answer_profile(column: str, seconds: str) -> Profile:
    return Profile(column, seconds, _answers(seconds), _answer_key(seconds))


ANSWER = _answer_profile("answer_profile", "answer_seconds")
BUSINESS = _answer_profile("business_profile", "answer_business_seconds")
PROFILES = (OUTCOME, ANSWER, BUSINESS)


def profile(fact: LeadFact) -> None:
    """Give the fact its profiles, once all else of it is known."""
    for each in PROFILES:
        setattr(fact, each.column, each.code_of(fact))
