"""Lists: filtered, sorted with exact ties, paged by keyset, with an ETag when short, streamed when long (contract 18, 19, 24).

A viewset says which rows (`get_queryset`), which filters (`filterset_class`), and how rows are sorted and shown (a
`Listing`). Here, and nowhere above, is known that lists are read by compiled queries.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, JSONField, Model, Q, QuerySet
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]  # not in django-stubs yet
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)
from django.db.models.lookups import GreaterThan, LessThan
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from steerleads.api import etags, json
from steerleads.api.cursors import BadCursor, seal, unseal
from steerleads.api.errors import ValidationFailed
from steerleads.api.filters import ListFilterSet
from steerleads.api.parameters import Parameters
from steerleads.api.plans import ActiveFilters, active_filters
from steerleads.api.serializers import ChoiceField, enum
from steerleads.api.sizes import column_field, size_of
from steerleads.api.streaming import stream
from steerleads.api.views import ApiViewSet, queryset_for
from steerleads.db.compiled import FilterPlan

PAGING = {"limit": False, "cursor": False, "count": False}
SORTING = {"sortBy": False, "sortOrder": False}
DEFAULT_PAGE, LARGEST_PAGE = 100, 1000
LONGEST_WITH_ETAG = 1000
LONGEST_WHOLE = 5000  # and one longer than this is streamed


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


class ListViewSet(ApiViewSet):
    """A viewset whose actions may answer lists: `get_queryset`'s rows, filtered, sorted and paged.

    `filterset_class` has the filters and `listing` what is shown, in which order. `always_paged` is for a list that has
    no end. `further_parameters` are taken beside those of lists, each with whether it may be given several times.
    Where it `answers_files`, its `list` is described as a list though it answers no array.
    `list_failure` is raised for what is wrong with a query string.
    """

    filterset_class: type[ListFilterSet] | None = None
    listing: Listing
    list_failure: Callable[..., Exception] = ValidationFailed
    always_paged = False
    further_parameters: dict[str, bool] = {}
    answers_files = False

    def list(self, request: Request, **path: str) -> HttpResponseBase:
        return self.list_query().answer()

    def list_parameters(self) -> Parameters:
        """The query's Parameters: of filters, sorts and pages."""
        return self.parameters(_known(type(self)))  # type: ignore[arg-type]  # mypy hashes an instance

    def list_query(self, parameters: Parameters | None = None) -> "ListQuery":
        """What the request asks of the list. Raises `list_failure` with all that is wrong with the query string.

        `parameters`, of `list_parameters`, are given where an action refuses something by itself.
        """
        if parameters is None:
            parameters = self.list_parameters()
        filters = active_filters(self.filterset_class, parameters) if self.filterset_class else None
        return ListQuery(self, parameters, filters)


@cache
def _known(view_class: type[ListViewSet]) -> dict[str, bool]:
    """Names of the parameters that a view's lists take, each with whether it may be given several times."""
    filters = view_class.filterset_class.known() if view_class.filterset_class else {}
    sorting = SORTING if len(view_class.listing.sorts) > 1 else {}
    return filters | sorting | PAGING | view_class.further_parameters


# --- One request ---------------------------------------------------------------------------------


class ListQuery:
    """What one request asks of a view's list. Making it judges the query string, and raises the view's `list_failure`.

    Rows are answered by `whole`, or by `streamed` where they are very many: another kind of list overrides these.
    """

    def __init__(self, view: ListViewSet, parameters: Parameters, filters: ActiveFilters | None):
        self.view, self.listing, self.parameters, self.filters = view, view.listing, parameters, filters
        self.order = asked_order(self.listing, parameters)
        self.paged = view.always_paged or "limit" in parameters or "cursor" in parameters
        self.limit = parameters.whole_number("limit", 1, LARGEST_PAGE, DEFAULT_PAGE)
        self.counts = parameters.yes_or_no("count")
        # What a cursor is tied to: whose list, its path, its filters and its sort.
        self.tie = _tie(view, self.order, parameters) if self.paged else None
        cursor = parameters.get("cursor")
        self.after = _position(cursor, self.tie, self.listing.model, self.order, parameters) if cursor else None
        parameters.settle(view.list_failure)

    def answer(self, *, if_empty: Callable[[], None] = lambda: None) -> HttpResponseBase:
        """The list as a response: a page if `limit` or `cursor` was sent, else all of it. `if_empty` may raise."""
        plan = self._plan()
        rows = self._rows(plan, (self.limit if self.paged else LONGEST_WHOLE) + 1)
        if not rows:
            if_empty()
        if self.paged:
            return self._page(rows, plan.queryset().count() if self.counts else None)
        if len(rows) > LONGEST_WHOLE:
            return self.streamed(self._sorted(plan.queryset()))
        return self.whole(rows, len(rows) if self.counts else None)

    def _plan(self) -> FilterPlan:
        """The view's queryset, filtered. Ids in the path are values of it, other variables belong to its key."""
        view_class, action, filters, path = type(self.view), self.view.action, self.filters, self.view.path
        ids = [name for name, value in path.items() if isinstance(value, UUID)]
        others = {name: value for name, value in path.items() if name not in ids}

        def build(dealership: object, *values: object) -> QuerySet:
            named = dict(zip(ids, values[: len(ids)], strict=True))
            queryset = queryset_for(view_class, action, dealership, others | named)
            return filters.apply(queryset, values[len(ids) :]) if filters else queryset

        key, values, fields = (filters.key, filters.values, filters.fields) if filters else ((), (), ())
        return FilterPlan(
            (view_class, action, *others.items(), *key),
            build,
            self.view.request.auth.dealership_id,
            *(path[name] for name in ids),
            *values,
            fields=fields,
            planned_each_time=bool(values),  # the best plan for a rare word is the worst for a common one
        )

    def _rows(self, plan: FilterPlan, most: int) -> list[tuple]:
        """The first of them, behind the cursor's position if there is one."""
        order, listing = self.order, self.listing
        further = self._further_columns()

        def refine(queryset: QuerySet, *after: object) -> QuerySet:
            queryset = order.after(queryset, after) if after else queryset
            return order.apply(queryset).values_list(*listing.columns, *further)[:most]

        after = self.after or ()
        if not listing.is_compiled or (after and order.nullable):
            return list(refine(plan.queryset(), *after))
        fields = [column_field(listing.model, column) for column in order.columns[: len(after)]]
        variant = (listing.model, listing.columns, order, self.paged, most, bool(after))
        return plan.rows(variant, refine, fields, after)

    def _sorted(self, queryset: QuerySet) -> QuerySet:
        return self.order.apply(queryset).values_list(*self.listing.columns, *self._further_columns())

    def _further_columns(self) -> list[str]:
        """What a page reads beside what it shows: its last row's position is that of the next page's cursor."""
        return [column for column in self.order.columns if self.paged and column not in self.listing.columns]

    def _page(self, rows: list[tuple], total: int | None) -> HttpResponseBase:
        page, further, cursor = rows[: self.limit], self._further_columns(), None
        if len(rows) > self.limit:
            last = dict(zip([*self.listing.columns, *further], page[-1], strict=True))
            cursor = _cursor([last[column] for column in self.order.columns], self.tie)
        if further:
            page = [row[: -len(further)] for row in page]
        return self.whole(page, total, self._links(cursor))

    def _links(self, cursor: str | None) -> str:
        path = self.view.request._request.path_info
        kept = [*self.parameters.pairs(without=("limit", "cursor")), ("limit", self.limit)]
        first = f"{path}?{urlencode(kept)}"
        links = [f'<{first}>; rel="first"']
        if cursor:
            links.insert(0, f'<{first}&{urlencode({"cursor": cursor})}>; rel="next"')
        return ", ".join(links)

    def whole(self, rows: list[tuple], total: int | None, link: str | None = None) -> HttpResponseBase:
        """The answer with these rows: all that there are, or those of a page, with its `Link`."""
        return self.tagged(self.view.answer([self.listing.render(row) for row in rows]), len(rows), total, link)

    def streamed(self, rows: QuerySet) -> HttpResponseBase:
        """The answer with the rows of a sorted queryset, of the listing's columns."""
        if self.view.request.method == "HEAD":
            return self.head(rows, content_type="application/json")
        body, size = stream(rows, lambda row: json.render(self.listing.render(row)), partial(size_of, self.listing))
        response = StreamingHttpResponse(body, content_type="application/json")
        response["Content-Length"] = size.most_bytes
        return self.counted(response, size.rows if self.counts else None)

    def head(self, rows: QuerySet, **said: Any) -> HttpResponseBase:
        """What is `said` before a streamed answer, of which nothing is read."""
        return self.counted(StreamingHttpResponse(**said), rows.count() if self.counts else None)

    def tagged(self, response: HttpResponse, rows: int, total: int | None, link: str | None) -> HttpResponse:
        """The answer with its `Link`, with the number that there are, and with an ETag if it has few rows."""
        if link:
            response["Link"] = link
        if rows <= LONGEST_WITH_ETAG:
            parts = response.content, (link or "").encode(), str(total).encode()
            response["ETag"] = etags.quoted(etags.of_bytes(*parts))
        return self.counted(response, total)

    def counted(self, response: Any, total: int | None) -> Any:
        """The answer with the number that there are, if it was asked for."""
        if total is not None:
            response["X-Total-Count"] = str(total)
        return response


def asked_order(listing: Listing, parameters: Parameters) -> Order:
    """The Order that `sortBy` and `sortOrder` ask for. What is wrong is noted in `parameters`."""
    name = parameters.choice("sortBy", list(listing.sorts), listing.default)
    direction = parameters.get("sortOrder", "desc" if listing.descending else "asc").lower()
    if direction not in ("asc", "desc"):
        parameters.refuse("sortOrder", "“sortOrder” must be asc or desc.", "invalid_choice")
    return listing.order(name, direction == "desc")


def _tie(view: ListViewSet, order: Order, parameters: Parameters) -> str:
    filters = sorted(parameters.pairs(without=(*PAGING, *SORTING)))
    facts = [str(view.request.auth.dealership_id), view.request._request.path_info, order.columns, order.descending]
    return hashlib.sha256(repr([facts, filters]).encode()).hexdigest()[:16]


def _cursor(values: Sequence, tie: str | None) -> str:
    return seal([tie, *(None if value is None else str(value) for value in values)])


def _position(cursor: str, tie: str | None, model: type[Model], order: Order, parameters: Parameters) -> list | None:
    """The values of the order's columns in the row behind which a cursor's page begins."""
    try:
        tied_to, *values = unseal(cursor)
    except BadCursor:
        parameters.refuse("cursor", "This cursor is damaged. Use the one in the Link header as it is.")
        return None
    if tied_to != tie:
        parameters.refuse("cursor", "This cursor belongs to another sort or other filters. Begin without it.")
        return None
    fields = [column_field(model, column) for column in order.columns]
    return [field.to_python(value) for field, value in zip(fields, values, strict=True)]
