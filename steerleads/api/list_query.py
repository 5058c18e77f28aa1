"""One request for a list: judged, read by a compiled query, and answered as a page, whole with an ETag, or streamed.

Here, and nowhere above, is known that lists are read by compiled queries (contract 18, 24).
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from steerleads.api import etags, json
from steerleads.api.cursors import BadCursor, seal, unseal
from steerleads.api.listing import SORTING, Order, asked_order
from steerleads.api.parameters import Parameters
from steerleads.api.plans import ActiveFilters
from steerleads.api.sizes import column_field, size_of
from steerleads.api.streaming import stream
from steerleads.api.views import queryset_for
from steerleads.db.compiled import FilterPlan, Uncompiled

if TYPE_CHECKING:
    from steerleads.api.lists import ListViewSet

PAGING = {"limit": False, "cursor": False, "count": False}
DEFAULT_PAGE, LARGEST_PAGE = 100, 1000
LONGEST_WITH_ETAG = 1000
LONGEST_WHOLE = 5000  # and one longer than this is streamed


class ListQuery:
    """What one request asks of a view's list. Making it judges the query string, and raises the view's `list_failure`.

    Rows are answered by `whole`, or by `streamed` where they are very many: another kind of list overrides these.
    """

    def __init__(self, view: "ListViewSet", parameters: Parameters, filters: ActiveFilters | None):
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
        rows = self.rows(plan)
        if not rows:
            if_empty()
        return self.answered(rows, plan.queryset)

    def answered(self, rows: list[tuple], queryset: Callable[[], QuerySet]) -> HttpResponseBase:
        """The response of the first rows; `queryset` makes that of all."""
        if self.paged:
            return self._page(rows, self.total(queryset))
        if len(rows) > LONGEST_WHOLE:
            return self.streamed(self._sorted(queryset()))
        return self.whole(rows, len(rows) if self.counts else None)

    def total(self, queryset: Callable[[], QuerySet]) -> int | None:
        """How many there are on all pages, if it is asked for."""
        return queryset().count() if self.counts else None

    def _plan(self) -> FilterPlan | Uncompiled:
        """The view's queryset, filtered. Ids in the path are values of it, other variables belong to its key."""
        view_class, action, filters, path = type(self.view), self.view.action, self.filters, self.view.path
        ids = [name for name, value in path.items() if isinstance(value, UUID)]
        others = {name: value for name, value in path.items() if name not in ids}

        def build(dealership: object, *values: object) -> QuerySet:
            named = dict(zip(ids, values[: len(ids)], strict=True))
            queryset = queryset_for(view_class, action, dealership, others | named)
            return filters.apply(queryset, values[len(ids) :]) if filters else queryset

        key, values, fields = (filters.key, filters.values, filters.fields) if filters else ((), (), ())
        if filters and not filters.are_compiled:
            return Uncompiled(build(self.view.request.auth.dealership_id, *(path[name] for name in ids), *values))
        return FilterPlan(
            (view_class, action, *others.items(), *key),
            build,
            self.view.request.auth.dealership_id,
            *(path[name] for name in ids),
            *values,
            fields=fields,
            planned_each_time=bool(values),  # the best plan for a rare word is the worst for a common one
        )

    def rows(self, plan: FilterPlan | Uncompiled) -> list[tuple]:
        """The first of them, behind the cursor's position if there is one: one more than are answered at once."""
        order, listing = self.order, self.listing
        most = (self.limit if self.paged else LONGEST_WHOLE) + 1
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
            parts = response.content, (link or "").encode(), " ".join(self.numbers(total).values()).encode()
            response["ETag"] = etags.quoted(etags.of_bytes(*parts))
        return self.counted(response, total)

    def counted(self, response: Any, total: int | None) -> Any:
        """The answer with the number that there are, if it was asked for."""
        for name, number in self.numbers(total).items():
            response[name] = number
        return response

    def numbers(self, total: int | None) -> dict[str, str]:
        """The headers that say how many there are."""
        return {} if total is None else {"X-Total-Count": str(total)}


def _tie(view: "ListViewSet", order: Order, parameters: Parameters) -> str:
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
