"""The leads behind a number: how many are there and how many gone, and a page of them in any order.

A page of a long list is found by walking the leads in their order and asking what the fact of each says; a short list
is sorted. Walking gives up where sorting all would have been quicker.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from leads.analytics.asked import Asked
from leads.analytics.kept import kept
from leads.analytics.lookups import OneOf, Unindexed
from leads.analytics.models import LeadFact
from leads.analytics.periods import Period
from leads.analytics.profiles import Profile
from leads.models import Lead
from steerleads.api.listing import Order
from steerleads.api.sizes import column_field
from steerleads.db.compiled import FilterPlan, Uncompiled

SHORT = 500
# A step goes through so many times as many leads as should hold those that are still wanted.
STEP = 1.3
USUALLY = 1 / 5  # of the leads are behind a number, where nothing is known
PATIENCE = 1  # so many leads are walked for each of those that could be sorted instead: both take a look-up
NOT_DELETED = Q(deleted_at=None)
IS_THERE = Q(Exists(Lead.objects.of(OuterRef("dealership")).filter(pk=OuterRef("lead_id"))))


@dataclass(frozen=True)
class Told:
    """A profile that tells of every lead of a cohort, by its code, whether it is behind a number.

    `totals` says how many leads of the cohort have each code.
    """

    profile: Profile
    codes: frozenset[int]
    totals: Callable[[], Mapping[int, int]]

    def numbers(self) -> tuple[int, int]:
        """How many are there, and how many are gone."""
        counted = [(self.profile.is_gone(code), number) for code, number in self.totals().items() if code in self.codes]
        return tuple(sum(number for is_gone, number in counted if is_gone is which) for which in (False, True))

    def of(self, facts: QuerySet[LeadFact]) -> QuerySet[LeadFact]:
        """Those of a cohort that are behind it."""
        is_all = len(self.codes) == len(self.profile.codes)
        return facts if is_all else facts.filter(OneOf(F(self.profile.column), sorted(self.codes)))


@dataclass(frozen=True)
class Behind:
    """The facts of the leads behind a number.

    - `told`, if a profile tells of them.
    - `created`, if all were created in it, is a period.
    - `is_whole`: the cohort is all that the question asks for of that period, no group of it.
    - `name`, if it names them among all of one state: they are not counted twice then.
    - `has_gone`: whether any can be gone.
    """

    asked: Asked
    facts: QuerySet[LeadFact]
    told: Told | None = None
    created: Period | None = None
    is_whole: bool = False
    name: Hashable = None
    has_gone: bool = True

    def there_and_gone(self) -> tuple[int, int]:
        """How many leads are there, and how many are not: of one state of the database."""
        if not self.asked.standing.is_settled:
            return self._counted(IS_THERE)
        if self.told:
            return self.told.numbers()
        return kept(self.asked, self.name, self._counted) if self.name else self._counted()

    def _counted(self, is_there: Q = NOT_DELETED) -> tuple[int, int]:
        """Where no event waits, facts know who is gone."""
        if is_there is NOT_DELETED and not self.has_gone:
            return self.facts.count(), 0
        found = self.facts.aggregate(
            there=Count("created_at", filter=is_there), gone=Count("created_at", filter=~is_there)
        )
        return found["there"], found["gone"]

    # --- All of them -----------------------------------------------------------------------------

    def leads(self) -> QuerySet[Lead]:
        """Those that are there."""
        return _leads_of(self.asked.dealership, self.facts)

    def plan(self) -> FilterPlan | Uncompiled:
        """The same, by a statement that is written once if it can be."""
        told, created = self.told, self.created
        if not (told and created and self.is_whole):
            return Uncompiled(self.leads())

        def build(dealership: Any, facts: QuerySet[LeadFact], given: Sequence[Any]) -> QuerySet:
            return _leads_of(dealership, told.of(facts.filter(**_between("created_at", *given))).order_by())

        return self.asked.plan(("behind", told.profile.column, told.codes), build, created.begin, created.end)

    # --- A page of them --------------------------------------------------------------------------

    def first(self, order: Order, after: Sequence[Any], wanted: int, there: int) -> list[UUID] | None:
        """The ids of the first so many of `there` in that order, behind a position. None: sort them all."""
        if there <= SHORT or order.nullable:  # a position with a null is not compared
            return None
        found = self._walk(order, after, wanted, there, archived=False)
        if found is None:
            return None
        until = found[-1] if len(found) == wanted else None
        archived = self._walk(order, after, wanted, there, archived=True, until=until)
        if archived is None:
            return None
        return [position[-1] for position in islice(merge(found, archived, reverse=order.descending), wanted)]

    def _walk(
        self, order: Order, after: Sequence[Any], wanted: int, there: int, *, archived: bool, until: list | None = None
    ):
        """The positions of the first so many of those that are archived or not; those behind `until` are of no use.

        None after more steps than `there`.
        """
        found: list[list] = []
        passed, step = 0, _rounded(wanted / self._density(there))
        while passed + step <= there * PATIENCE:
            rows = self._step(order, after, step, archived)
            found += [position for *position, fact in rows if self._is_behind(fact)]
            if len(found) >= wanted or len(rows) < step or (until and _is_beyond(order, rows[-1], until)):
                return found[:wanted]
            after, passed = rows[-1][:-1], passed + step
            step = _rounded((wanted - len(found)) * passed / (len(found) or USUALLY))
        return None

    def _density(self, there: int) -> float:
        """Which part of the leads that are walked is behind the number, as far as that is known."""
        is_known = self.told and self.is_whole and self.asked.standing.is_settled and not self.asked.filters.values
        return max(there, 1) / max(sum(self.told.totals().values()), 1) if is_known else USUALLY

    def _step(self, order: Order, after: Sequence[Any], step: int, archived: bool) -> list[tuple]:
        """[(…position, what the fact says)] of the next leads."""

        def refine(leads: QuerySet[Lead], *after: Any) -> QuerySet:
            rest = order.after(leads, after) if after else leads
            return order.apply(rest).values_list(*order.columns, "fact")[:step]

        fields = [column_field(Lead, column) for column in order.columns[: len(after)]]
        return self._walked(archived, order).rows((order, step, bool(after)), refine, fields, after)

    def _walked(self, archived: bool, order: Order) -> FilterPlan | Uncompiled:
        """The leads that can be behind the number, with what `_is_behind` judges.

        A fact's creation is its lead's, cut to a second: leads of other times need not be asked for.
        """
        told, ends = self.told, self._moments()
        created: Any = F("created_at") if order.columns[0] == "created_at" else Unindexed("created_at")

        def leads_of(dealership: Any, ends: Sequence[Any]) -> QuerySet[Lead]:
            leads = Lead.objects.of(dealership).with_archived(archived).alias(created=created)
            return leads.filter(**_between("created", *ends))

        if not (told and self.is_whole):
            leads = leads_of(self.asked.dealership, ends)
            return Uncompiled(leads.annotate(fact=_fact_of(self.facts, "lead_id")))

        def build(dealership: Any, facts: QuerySet[LeadFact], given: Sequence[Any]) -> QuerySet:
            return leads_of(dealership, given).annotate(fact=_fact_of(facts, told.profile.column))

        return self.asked.plan(("walked", told.profile.column, archived, order.columns[0]), build, *ends)

    def _moments(self) -> tuple[datetime, ...]:
        ends = (self.created.begin, self.created.end) if self.created else ()
        return tuple(datetime.fromtimestamp(second, UTC) for second in ends)

    def _is_behind(self, fact: Any) -> bool:
        return fact in self.told.codes if self.told and self.is_whole else fact is not None


def _rounded(leads: float) -> int:
    """The length of a step that should pass so many: one of a few, so that there are few statements."""
    length = int(leads * STEP) + 1
    unit = 1 << max(length.bit_length() - 3, 0)
    return -(-length // unit) * unit


def _leads_of(dealership: Any, facts: QuerySet[LeadFact]) -> QuerySet[Lead]:
    return Lead.objects.of(dealership).filter(pk__in=facts.values("lead_id"))


def _fact_of(facts: QuerySet[LeadFact], column: str) -> Subquery:
    """A lead's fact, if it is one of these. With a limit, it is looked up: PostgreSQL would read all, and remember them."""
    return Subquery(facts.filter(lead_id=OuterRef("pk")).order_by().values(column)[:1])


def _between(column: str, *ends: Any) -> dict[str, Any]:
    return dict(zip((f"{column}__gte", f"{column}__lt"), ends, strict=False))


def _is_beyond(order: Order, row: Sequence[Any], until: list) -> bool:
    position = list(row[:-1])
    return position < until if order.descending else position > until
