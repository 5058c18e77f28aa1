"""What `by` makes of a cohort: its groups, the largest first, each with the number of its place (contract A4)."""

from collections.abc import Hashable, Sequence
from functools import cached_property
from typing import Any

from django.db.models import (
    Count,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    Window,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, RowNumber

from cars.models import Car
from leads.analytics.asked import Asked
from leads.analytics.filters import SOURCE
from leads.analytics.kept import kept
from leads.analytics.models import LeadFact
from leads.analytics.numbering import chosen
from leads.analytics.periods import Period
from leads.models import Lead
from steerleads.dealers.hours.days import local_date

MOST = 50
OTHER = MOST  # the place of all leads that are in none of the groups
DELETED = "(deleted)"
# Stands for null: behind every other text in code-point order. Nothing that anybody typed has the end of a line in it.
NONE = "\U0010ffff\n"
TEXT = TextField()


class InCodePoints(Func):
    """A text that is sorted by code points: SQLite does so, PostgreSQL by the language of the database."""

    template, arity, output_field = "%(expressions)s", 1, TEXT

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, template='(%(expressions)s) COLLATE "C"')


class Place(Func):
    """The place of a text among others, OTHER if it is none of them. The text is reckoned once, not for each."""

    output_field = IntegerField()

    def __init__(self, text: Any, others: Sequence[str]):
        super().__init__(text, *(Value(other) for other in others))

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        (text, params), *others = (compiler.compile(each) for each in self.get_source_expressions())
        cases = "".join(f" WHEN {sql} THEN {place}" for place, (sql, _params) in enumerate(others))
        return f"CASE {text}{cases} ELSE {OTHER} END", [*params, *(each for _sql, more in others for each in more)]


class Groups:
    """The groups of a cohort, by what `asked.by` names: at most 50, of which each lead of it is in one, or in none."""

    def __init__(self, cohort: QuerySet[LeadFact], asked: Asked, name: Hashable):
        """`name` names the cohort among all that the question is asked of."""
        assert asked.by
        self._asked, self._by = asked, asked.by
        self._cohort = cohort.annotate(group=InCodePoints(self._key(cohort)))
        keys = kept(asked, ("groups", name, asked.named_groups), self._largest)
        self.keys = keys[:MOST]
        self.has_other = len(keys) > MOST

    def _largest(self) -> list[str]:
        found = self._cohort.values_list("group").annotate(leads=Count("*")).order_by("-leads", "group")
        if self._asked.own_row is not None and self._by in BY_PERSON:
            found = found.filter(group=self._asked.own_row)
        return [key for key, _leads in found[: MOST + 1]]

    @property
    def place(self) -> Combinable:
        """The place of a lead's group, OTHER for a lead that is in none."""
        return Place(self._key(self._cohort), self.keys) if self.keys else Value(OTHER)

    def named(self, place: int) -> dict[str, str | None]:
        """What an answer calls the group."""
        key = self.keys[place]
        group = None if key == NONE else key
        if self._by not in SPELLINGS:
            return {"group": group}
        return {"group": group, "label": group if group in (None, DELETED) else self._labels[place]}

    def only(self, path: list[str]) -> QuerySet[LeadFact] | None:
        """The cohort's leads of the group at `["0"]`, or of `["other"]`; None if there is none."""
        if path == ["other"]:
            return self._cohort.exclude(group__in=self.keys) if self.has_other else None
        places = {str(place): key for place, key in enumerate(self.keys)}
        key = places.get(path[0]) if path else None
        return None if key is None else self._cohort.filter(group=key)

    @cached_property
    def _labels(self) -> dict[int, str | None]:
        """{place: the commonest spelling among its leads}, the first in code-point order of those that are equally common."""
        spelled = self._cohort.annotate(place=self.place, spelling=InCodePoints(SPELLINGS[self._by]()))
        counted = spelled.values("place", "spelling").annotate(leads=Count("*"))
        order = [F("leads").desc(), F("spelling").asc()]
        ranked = counted.annotate(rank=Window(RowNumber(), partition_by=[F("place")], order_by=order))
        return dict(ranked.filter(rank=1).values_list("place", "spelling"))

    def _key(self, cohort: QuerySet[LeadFact]) -> Combinable:
        return self._month if self._by == "month" else KEYS[self._by]()

    @cached_property
    def _month(self) -> Combinable:
        months = self._period().cut("month")
        names = [Value(month.first.isoformat()[:7], TEXT) for month in months]
        return chosen("created_at", [month.begin for month in months[1:]], names)

    def _period(self) -> Period:
        """From the first of its leads to the last, where the question is of no period."""
        if self._asked.period:
            return self._asked.period
        tz = self._asked.dealership.tz
        ends = self._asked.facts.aggregate(first=Min("created_at"), last=Max("created_at"))
        first, last = (local_date(self._asked.now if second is None else second, tz) for second in ends.values())
        return Period(first, last, tz)


def _of_lead(column: str) -> Subquery:
    leads = Lead.objects.of(OuterRef("dealership")).filter(pk=OuterRef("lead_id"))
    return Subquery(leads.values_list(Coalesce(column, Value(NONE), output_field=TEXT)), output_field=TEXT)


def _of_car(make: str, model: str) -> Subquery:
    cars = Car.objects.of(OuterRef("dealership")).filter(pk=OuterRef("car_id"))
    return Subquery(cars.values_list(Concat(make, Value(" "), model, output_field=TEXT)), output_field=TEXT)


def _or(expression: Any, text: str) -> Coalesce:
    return Coalesce(expression, Value(text), output_field=TEXT)


BY_PERSON = ("answeredBy", "decidedBy", "assignee")
KEYS = {
    # What people typed goes with its lead: nothing of it is left to group by.
    "tag": lambda: _or(_of_lead("tag_folded"), DELETED),
    "action": lambda: _or(_of_lead("action_folded"), DELETED),
    "car": lambda: _or(_of_car("make_folded", "model_folded"), NONE),
    "source": lambda: SOURCE,
    "answeredBy": lambda: _or("first_human_by", NONE),
    "decidedBy": lambda: _or("decided_by", NONE),
    "assignee": lambda: _or("assignee", NONE),
}
SPELLINGS = {
    "tag": lambda: _of_lead("tag"),
    "action": lambda: _of_lead("action"),
    "car": lambda: _of_car("make", "model"),
}
