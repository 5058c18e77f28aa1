"""How long a list will be as JSON, asked of the database before its rows are read.

A streamed answer needs its Content-Length beforehand: a server ends a body of unknown length in good order even when
the rows broke off, and only a missing byte tells the client that something failed.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import (
    Count,
    DateTimeField,
    F,
    Field,
    Func,
    IntegerField,
    JSONField,
    Model,
    QuerySet,
    Sum,
    UUIDField,
)

from steerleads.api import json

if TYPE_CHECKING:
    from steerleads.api.listing import Listing


# Stands for any id where bytes are reckoned: what a listing shows by it is the longest that it shows by one.
ANY_ID = uuid.UUID(int=0)


class JsonBytes(Func):
    """Bytes of a value in JSON: exact for texts and integers, at least enough for decimals and JSON."""

    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="COALESCE(octet_length(to_json(%(expressions)s)::text), 4)")

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="length(CAST(json_quote(%(expressions)s) AS BLOB))")


class Size(NamedTuple):
    """How many rows there are, and how many bytes they take at most as a JSON array."""

    rows: int
    most_bytes: int


def size_of(listing: "Listing", queryset: QuerySet) -> Size:
    """The Size of its rows as the listing shows them, by one aggregate query; of leads, the bytes are exact."""
    fields = {column: _field_of(listing, queryset, column) for column in listing.columns}
    varying = [column for column, field in fields.items() if not isinstance(field, UUIDField | DateTimeField)]
    found = queryset.values(*listing.columns).aggregate(
        rows=Count("*"), bytes=Sum(sum((JsonBytes(F(column)) for column in varying), start=0))
    )
    # Brackets, and a comma behind each row but the last.
    most_bytes = max(2, 1 + (found["bytes"] or 0) + found["rows"] * (_frame(listing, fields, varying) + 1))
    return Size(found["rows"], most_bytes)


def _frame(listing: "Listing", fields: Mapping[str, Field], varying: Sequence[str]) -> int:
    """Bytes of a row beside its varying values, which are null here."""
    sample = [None if column in varying else _fixed(field) for column, field in fields.items()]
    # A JSON column's null need not be rendered as one.
    nulls = [column for column in varying if not isinstance(fields[column], JSONField)]
    return len(json.render(listing.render(sample))) - len(b"null") * len(nulls)


def _field_of(listing: "Listing", queryset: QuerySet, column: str) -> Field:
    annotated = queryset.query.annotations.get(column)
    return column_field(listing.model, column) if annotated is None else annotated.output_field


def _fixed(field: Field) -> uuid.UUID | datetime:
    return ANY_ID if isinstance(field, UUIDField) else datetime(2024, 1, 15, tzinfo=UTC)


def column_field(model: type[Model], path: str) -> Field:
    """The field of a column that values_list would read by this path: an id has that of what it names."""
    *relations, name = path.split("__")
    followed: Any = model
    for relation in relations:
        followed = followed._meta.get_field(relation).related_model
    name = name.removesuffix("_id") if name not in {field.name for field in followed._meta.fields} else name
    field = followed._meta.get_field(name)
    return field.target_field if field.is_relation else field
