"""What a list shows and how it is sorted: columns, sorts with exact ties, and the rows behind a position (contract 18, 19)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, JSONField, Model, Q, QuerySet
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]  # not in django-stubs yet
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)
from django.db.models.lookups import GreaterThan, LessThan

from steerleads.api.parameters import Parameters
from steerleads.api.serializers import ChoiceField, enum
from steerleads.api.sizes import column_field

SORTING = {"sortBy": False, "sortOrder": False}


@dataclass(frozen=True)
class Listing:
    """`columns` are read by values_list and given to `render` as a tuple (ObjectSerializers have both).

    `sorts` maps `sortBy` to the column sorted.

    `ties` follow the sorted column. `nullable` names the sorted columns that can be null. `descending` is the
    direction without `sortOrder`. `sort_name` is what the API's document calls the names in `sorts`.
    """

    model: type[Model]
    columns: tuple[str, ...]
    render: Callable[[Sequence], dict]
    sorts: dict[str, str]
    default: str
    ties: tuple
    nullable: frozenset = frozenset()
    sort_name: str = ""
    descending: bool = False

    @cached_property
    def sort_choice(self) -> type[ChoiceField]:
        """What may be sent as `sortBy`, for the API's document."""
        return _sort_choice(self.sort_name, tuple(self.sorts))

    @cached_property
    def is_compiled(self) -> bool:
        """Whether its rows can be read by compiled queries.

        Not those of JSON columns, nor those with annotations: what a queryset annotates may hold the moment it is made.
        """
        try:
            return not any(isinstance(column_field(self.model, column), JSONField) for column in self.columns)
        except FieldDoesNotExist:
            return False

    def order(self, name: str | None = None, descending: bool | None = None) -> "Order":
        """The Order of one of `sorts`; without a name, of the default."""
        column = self.sorts[name or self.default]
        columns = (column, *(tie for tie in self.ties if tie != column))
        return Order(columns, self.descending if descending is None else descending, column in self.nullable)


@cache
def _sort_choice(name: str, sorts: tuple[str, ...]) -> type[ChoiceField]:
    """Made once: the document takes two of one name for different things."""
    return enum(name, sorts)


@dataclass(frozen=True)
class Order:
    """One sort: its columns with ties, and which way. Nulls come last in `asc` and first in `desc`."""

    columns: tuple
    descending: bool
    nullable: bool

    def apply(self, queryset: QuerySet) -> QuerySet:
        first, *ties = self.columns
        ties = [F(tie).desc() if self.descending else F(tie).asc() for tie in ties]
        # Said only where there can be nulls: SQLite cannot use an index for NULLS LAST.
        nulls = {"nulls_first" if self.descending else "nulls_last": True} if self.nullable else {}
        first = F(first).desc(**nulls) if self.descending else F(first).asc(**nulls)
        return queryset.order_by(first, *ties)

    def after(self, queryset: QuerySet, position: Sequence) -> QuerySet:
        """The rows behind `position`, the values of `columns` in the last row seen."""
        column, value = self.columns[0], position[0]
        if not self.nullable:
            return queryset.filter(self._beyond(self.columns, position))
        if value is None:
            behind = Q(**{f"{column}__isnull": True}) & Q(self._beyond(self.columns[1:], position[1:]))
            return queryset.filter(behind | Q(**{f"{column}__isnull": False}) if self.descending else behind)
        behind = Q(self._beyond(self.columns, position))
        return queryset.filter(behind if self.descending else behind | Q(**{f"{column}__isnull": True}))

    def _beyond(self, columns: Sequence[str], values: Sequence) -> Any:
        lookup = _Before if self.descending else _Behind
        return lookup(Tuple(*map(F, columns)), tuple(values))


# Row comparisons, `(a, b) > (1, 2)`, which both databases answer from the index. For SQLite, Django would say the
# same with AND and OR, which goes through all rows before the position.


class _Behind(TupleGreaterThan):
    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        return GreaterThan.as_sql(self, compiler, connection)


class _Before(TupleLessThan):
    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        return LessThan.as_sql(self, compiler, connection)


def asked_order(listing: Listing, parameters: Parameters) -> Order:
    """The Order that `sortBy` and `sortOrder` ask for. What is wrong is noted in `parameters`."""
    name = parameters.choice("sortBy", list(listing.sorts), listing.default)
    direction = parameters.get("sortOrder", "desc" if listing.descending else "asc").lower()
    if direction not in ("asc", "desc"):
        parameters.refuse("sortOrder", "“sortOrder” must be asc or desc.", "invalid_choice")
    return listing.order(name, direction == "desc")
