"""Writes one object by a statement that Django's compiler wrote once: as `save` does, without its signals."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model
from django.db.models.sql import InsertQuery, UpdateQuery

from steerleads.db.compiled import Parameter

GONE = "There was no such row to update."


def insert(thing: Model) -> None:
    """Insert a new object."""
    database, fields = connections[DEFAULT_DB_ALIAS], _written(type(thing))
    values = [field.get_db_prep_save(getattr(thing, field.attname), database) for field in fields]
    with _cursor(database) as cursor:
        cursor.execute(_insertion(type(thing)), values)
    thing._state.adding, thing._state.db = False, DEFAULT_DB_ALIAS


def update(thing: Model, names: Iterable[str]) -> None:
    """Write these fields of an object that is there. Raises DatabaseError if it is not."""
    with _updated(thing, names) as cursor:
        if cursor.rowcount != 1:
            raise DatabaseError(GONE)


def update_asking(thing: Model, names: Iterable[str], question: str) -> Any:
    """The same; and what the statement answers to a `question`, an expression of SQL over the row as it is then."""
    with _updated(thing, names, f" RETURNING {question}") as cursor:
        row = cursor.fetchone()
        if row is None:
            raise DatabaseError(GONE)
    return row[0]


@contextmanager
def _updated(thing: Model, names: Iterable[str], behind: str = "") -> Iterator[CursorWrapper]:
    database, columns = connections[DEFAULT_DB_ALIAS], tuple(sorted(names))
    fields: list[Any] = [thing._meta.get_field(name) for name in columns]
    values = [field.get_db_prep_save(getattr(thing, field.attname), database) for field in fields]
    with _cursor(database) as cursor:
        key = thing._meta.pk.get_db_prep_save(thing.pk, database)
        cursor.execute(_change(type(thing), columns) + behind, [*values, key])
        yield cursor


def _cursor(database: Any) -> CursorWrapper:
    return database.prepared_cursor() if database.vendor == "postgresql" else database.cursor()


@cache
def _written(model: type[Model]) -> list[Field]:
    return [field for field in model._meta.concrete_fields if not field.generated]


@cache
def _insertion(model: type[Model]) -> str:
    query = InsertQuery(model)
    query.insert_values(_written(model), [model()])
    [(sql, _)] = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return sql


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> str:
    key, fields = model._meta.pk, [model._meta.get_field(name) for name in names]
    query: Any = UpdateQuery(model)  # for the stubs a parameter is no value
    query.add_update_fields([(field, None, Parameter(field, number)) for number, field in enumerate(fields)])
    query.add_filter("pk", Parameter(key, len(fields)))
    sql, _ = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return sql
