"""Reads rows by statements that Django's compiler writes once: later requests only give their values."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Expression, Field, Model, QuerySet, UUIDField
from django.db.transaction import TransactionManagementError

MOST_KEPT = 500
ID: Any = UUIDField()


class Parameter(Expression):
    """Stands in a queryset for a value of `field` that is not known yet."""

    def __init__(self, field: Any, number: int):
        super().__init__(output_field=field)
        self.number = number

    def as_sql(self, compiler, connection):
        return "%s", [self]


class CompiledQuery:
    """What `build` makes, a queryset; it is given a Parameter for each of `fields`, and later the values.

    Not for JSON columns: PostgreSQL hands them over in another form here than Django expects.
    """

    def __init__(self, build: Callable[..., QuerySet], *fields: Field, prepare: bool | None = None):
        self._build: Any = build
        self._fields, self._prepare = fields, prepare
        self._compiled: Any = None

    def rows(self, *values: object) -> list[tuple]:
        """Its rows: of a values_list, the values."""
        database: Any = connections[DEFAULT_DB_ALIAS]  # a backend of ours
        sql, params, converters = self._compiled or self._compile()
        if self._locks and not database.in_atomic_block:
            raise TransactionManagementError("A lock lasts for as long as a transaction, and there is none.")
        given = [field.get_db_prep_value(value, database) for field, value in zip(self._fields, values, strict=True)]
        params = [given[p.number] if isinstance(p, Parameter) else p for p in params]
        rows = database.rows(sql, params, self._prepare)
        return [_converted(row, converters) for row in rows] if converters else rows

    def row(self, *values: object) -> tuple | None:
        """The one row, or None."""
        return next(iter(self.rows(*values)), None)

    def object(self, *values: object) -> Model | None:
        """The one object, of a queryset of whole objects, or None."""
        row = self.row(*values)
        return None if row is None else self._model.from_db(DEFAULT_DB_ALIAS, self._names, row)

    def _compile(self):
        build = self._build
        if build is None:
            return self._compiled  # another thread was faster
        queryset = build(*(Parameter(field, number) for number, field in enumerate(self._fields)))
        self._model, self._locks = queryset.model, queryset.query.select_for_update
        self._names = [field.attname for field in queryset.model._meta.concrete_fields]
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        self._compiled = sql, params, _converters(compiler)
        self._build = None  # it may hold the request that came first, with its key
        return self._compiled


def by_id(build: Callable[[object, object], QuerySet]) -> CompiledQuery:
    """A CompiledQuery whose two values are ids: of a dealership, and of one of its things."""
    return CompiledQuery(build, ID, ID)


class FilterPlan:
    """A queryset that is asked for again and again with other values: `build(*values)`. One `key` has one `build`.

    `fields` are those of the last values; the ones before are ids. What is `planned_each_time` is not prepared.
    """

    def __init__(
        self,
        key: tuple,
        build: Callable[..., QuerySet],
        *values: object,
        fields: Sequence[Field] = (),
        planned_each_time: bool = False,
    ):
        self._key, self._build, self._values = key, build, values
        self._fields = (*(ID for _ in values[: len(values) - len(fields)]), *fields)
        self._prepare = False if planned_each_time else None

    def queryset(self) -> QuerySet:
        return self._build(*self._values)

    def rows(
        self,
        variant: tuple,
        refine: Callable[..., QuerySet],
        fields: Sequence[Field] = (),
        values: Sequence[object] = (),
    ) -> list[tuple]:
        """What `refine(queryset, *values)` makes of it, a queryset of values_list, as a list of tuples.

        One `variant` of one key always has the same `refine`. `fields` are those of the values.
        """
        key = (self._key, variant)
        query = _kept.get(key)  # looked up once: another thread may empty them at any moment
        if query is None:
            query = CompiledQuery(self._refined(refine), *self._fields, *fields, prepare=self._prepare)
            _keep(key, query)
        return query.rows(*self._values, *values)

    def _refined(self, refine):
        count = len(self._values)
        return lambda *parameters: refine(self._build(*parameters[:count]), *parameters[count:])


class Uncompiled:
    """Stands in a FilterPlan's place for a queryset that is like no other: its statement is written for it alone."""

    def __init__(self, queryset: QuerySet):
        self._queryset = queryset

    def queryset(self) -> QuerySet:
        return self._queryset

    def rows(
        self,
        variant: tuple,
        refine: Callable[..., QuerySet],
        fields: Sequence[Field] = (),
        values: Sequence[object] = (),
    ) -> list[tuple]:
        return list(refine(self._queryset, *values))


_kept: dict[Any, "CompiledQuery"] = {}


def _keep(key, query):
    while len(_kept) >= MOST_KEPT:
        _kept.pop(next(iter(_kept.copy())), None)  # the oldest; of a copy, as other threads keep some, too
    _kept[key] = query


def _converters(compiler):
    """[(position in the row, function), …] of the values that the driver does not hand over as they should be."""
    found = compiler.get_converters([column for column, _, _ in compiler.select])
    return [(position, _converter(functions, column)) for position, (functions, column) in found.items()]


def _converter(functions, column):
    def convert(value):
        for function in functions:
            value = function(value, column, connection)
        return value

    return convert


def _converted(row, converters):
    row = list(row)
    for position, convert in converters:
        row[position] = convert(row[position])
    return row
