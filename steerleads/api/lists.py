"""Lists: sorted with exact ties, paged by keyset, tagged when short, streamed when long (contract 18, 19, 24).

A view hands over a queryset that is filtered already and a `Listing` that says how its rows are sorted and shown.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from django.db.models import F, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.db.models.lookups import GreaterThan, LessThan
from django.http import StreamingHttpResponse

from steerleads.api import etags, json
from steerleads.api.cursors import BadCursor, seal, unseal
from steerleads.api.errors import ValidationFailed
from steerleads.api.sizes import most_bytes
from steerleads.api.streaming import stream
from steerleads.db.compiled import Repeated

PAGING = {"limit": False, "cursor": False, "count": False}
SORTING = {"sortBy": False, "sortOrder": False}
DEFAULT_PAGE, LARGEST_PAGE = 100, 1000
LONGEST_TAGGED = 1000  # a longer list has no ETag
LONGEST_WHOLE = 5000  # and one longer than this is streamed


@dataclass(frozen=True)
class Listing:
    """`columns` are read by values_list and given to `render` as a tuple; `sorts` maps `sortBy` to the column sorted.

    `ties` follow the sorted column. `nullable` names the sorted columns that can be null. `descending` is the
    direction without `sortOrder`.
    """

    model: type
    columns: tuple
    render: Callable
    sorts: dict
    default: str
    ties: tuple
    nullable: frozenset = frozenset()
    descending: bool = False

    def order(self, name=None, descending=None):
        """The Order of one of `sorts`; without a name, of the default."""
        column = self.sorts[name or self.default]
        columns = (column, *(tie for tie in self.ties if tie != column))
        return Order(columns, self.descending if descending is None else descending, column in self.nullable)


@dataclass(frozen=True)
class Order:
    """One sort: its columns with ties, and which way. Nulls come last in `asc` and first in `desc`."""

    columns: tuple
    descending: bool
    nullable: bool

    def apply(self, queryset):
        first, *ties = self.columns
        ties = [F(tie).desc() if self.descending else F(tie).asc() for tie in ties]
        # Said only where there can be nulls: SQLite cannot use an index for NULLS LAST.
        nulls = {"nulls_first" if self.descending else "nulls_last": True} if self.nullable else {}
        first = F(first).desc(**nulls) if self.descending else F(first).asc(**nulls)
        return queryset.order_by(first, *ties)

    def after(self, queryset, place):
        """The rows behind `place`, the values of `columns` in the last row seen."""
        column, value = self.columns[0], place[0]
        if not self.nullable:
            return queryset.filter(self._beyond(self.columns, place))
        if value is None:
            behind = Q(**{f"{column}__isnull": True}) & Q(self._beyond(self.columns[1:], place[1:]))
            return queryset.filter(behind | Q(**{f"{column}__isnull": False}) if self.descending else behind)
        behind = Q(self._beyond(self.columns, place))
        return queryset.filter(behind if self.descending else behind | Q(**{f"{column}__isnull": True}))

    def _beyond(self, columns, values):
        lookup = _Before if self.descending else _Behind
        return lookup(Tuple(*map(F, columns)), tuple(values))


# Row comparisons, `(a, b) > (1, 2)`, which both databases answer from the index. For SQLite, Django would say the
# same with AND and OR, which goes through all rows before the place.


class _Behind(TupleGreaterThan):
    def as_sqlite(self, compiler, connection):
        return GreaterThan.as_sql(self, compiler, connection)


class _Before(TupleLessThan):
    def as_sqlite(self, compiler, connection):
        return LessThan.as_sql(self, compiler, connection)


class ListQuery:
    """What one request asks of a list. Making it judges the query string: it raises `failure` with all that is wrong."""

    def __init__(self, view, listing, parameters, *, failure=ValidationFailed):
        self.view, self.listing, self.parameters = view, listing, parameters
        self.order = _order(listing, parameters)
        self.paged = "limit" in parameters or "cursor" in parameters
        self.limit = parameters.whole_number("limit", 1, LARGEST_PAGE, DEFAULT_PAGE)
        self.counts = parameters.yes_or_no("count") == "true"
        # What a cursor is tied to: whose list, its path, its filters and its sort.
        self.tie = _tie(view, self.order, parameters) if self.paged else None
        cursor = parameters.text("cursor")
        self.place = _place(cursor, self.tie, listing.model, self.order, parameters) if cursor else None
        parameters.settle(failure)

    def answer(self, found, *, if_empty=lambda: None):
        """The list as a response: a page if `limit` or `cursor` was sent, else all of it.

        `found` is a queryset or, where requests differ in a few values only, a Repeated. `if_empty` may raise.
        """
        total = _queryset(found).count() if self.counts else None
        rows = self._rows(found, (self.limit if self.paged else LONGEST_WHOLE) + 1)
        if not rows:
            if_empty()
        if self.paged:
            return self._page(rows, total)
        if len(rows) > LONGEST_WHOLE:
            return self._streamed(self._sorted(_queryset(found)), total)
        return self._whole(rows, total)

    def _rows(self, found, most):
        """The first of them, behind the cursor's place if there is one."""

        def refine(queryset, *place):
            queryset = self.order.after(queryset, place) if place else queryset
            return self._sorted(queryset)[:most]

        place = self.place or ()
        if not isinstance(found, Repeated) or (place and self.order.nullable):
            return list(refine(_queryset(found), *place))
        fields = [self.listing.model._meta.get_field(column) for column in self.order.columns[: len(place)]]
        variant = (self.listing.model, self.listing.columns, self.order, self.paged, most, bool(place))
        return found.rows(variant, refine, fields, place)

    def _sorted(self, queryset):
        return self.order.apply(queryset).values_list(*self.listing.columns, *self._further_columns())

    def _further_columns(self):
        """What a page reads beside what it shows: its last row's place is that of the next page's cursor."""
        return [column for column in self.order.columns if self.paged and column not in self.listing.columns]

    def _page(self, rows, total):
        page, further, cursor = rows[: self.limit], self._further_columns(), None
        if len(rows) > self.limit:
            last = dict(zip([*self.listing.columns, *further], page[-1], strict=True))
            cursor = _cursor([last[column] for column in self.order.columns], self.tie)
        if further:
            page = [row[: -len(further)] for row in page]
        return self._whole(page, total, self._links(cursor))

    def _links(self, cursor):
        path = self.view.request._request.path_info
        kept = [*self.parameters.pairs(without=("limit", "cursor")), ("limit", self.limit)]
        first = f"{path}?{urlencode(kept)}"
        links = [f'<{first}>; rel="first"']
        if cursor:
            links.insert(0, f'<{first}&{urlencode({"cursor": cursor})}>; rel="next"')
        return ", ".join(links)

    def _whole(self, rows, total, link=None):
        response = self._counted(self.view.answer([self.listing.render(row) for row in rows]), total)
        if link:
            response["Link"] = link
        if tag := tag_of(response.content, len(rows), link, total):
            response["ETag"] = tag
        return response

    def _streamed(self, rows, total):
        response = StreamingHttpResponse(content_type="application/json")
        if self.view.request.method != "HEAD":
            response.streaming_content, response["Content-Length"] = stream(
                rows, lambda row: json.render(self.listing.render(row)), partial(most_bytes, self.listing)
            )
        return self._counted(response, total)

    def _counted(self, response, total):
        if total is not None:
            response["X-Total-Count"] = str(total)
        return response


def tag_of(body, count, link=None, total=None):
    """The quoted ETag of a list of `count` rows; None if it is too long for one."""
    if count > LONGEST_TAGGED:
        return None
    return etags.quoted(etags.of_bytes(body, (link or "").encode(), str(total).encode()))


def _queryset(found):
    return found.queryset() if isinstance(found, Repeated) else found


def _order(listing, parameters):
    name = parameters.choice("sortBy", list(listing.sorts), listing.default)
    direction = parameters.text("sortOrder", "desc" if listing.descending else "asc").lower()
    if direction not in ("asc", "desc"):
        parameters.refuse("sortOrder", "“sortOrder” must be asc or desc.", "invalid_choice")
    return listing.order(name, direction == "desc")


def _tie(view, order, parameters):
    filters = sorted(parameters.pairs(without=(*PAGING, *SORTING)))
    facts = [str(view.request.auth.dealership_id), view.request._request.path_info, order.columns, order.descending]
    return hashlib.sha256(repr([facts, filters]).encode()).hexdigest()[:16]


def _cursor(values, tie):
    return seal([tie, *(None if value is None else str(value) for value in values)])


def _place(cursor, tie, model, order, parameters):
    try:
        found, *values = unseal(cursor)
    except BadCursor:
        return parameters.refuse("cursor", "This cursor is damaged. Use the one in the Link header as it is.")
    if found != tie:
        return parameters.refuse("cursor", "This cursor belongs to another sort or other filters. Begin without it.")
    fields = [model._meta.get_field(column) for column in order.columns]
    return [field.to_python(value) for field, value in zip(fields, values, strict=True)]
