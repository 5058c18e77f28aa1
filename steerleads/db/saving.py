"""Writes one object by a statement that Django's compiler wrote once: as `save` does, without its signals."""

from functools import cache

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.models.sql import InsertQuery, UpdateQuery

from steerleads.db.compiled import Parameter


def insert(thing):
    """Insert a new object."""
    database, fields = connections[DEFAULT_DB_ALIAS], _written(type(thing))
    values = [field.get_db_prep_save(getattr(thing, field.attname), database) for field in fields]
    with _cursor(database) as cursor:
        cursor.execute(_insertion(type(thing)), values)
    thing._state.adding, thing._state.db = False, DEFAULT_DB_ALIAS


def update(thing, names):
    """Write these fields of an object that is there."""
    database, names = connections[DEFAULT_DB_ALIAS], tuple(sorted(names))
    fields = [thing._meta.get_field(name) for name in names]
    values = [field.get_db_prep_save(getattr(thing, field.attname), database) for field in fields]
    with _cursor(database) as cursor:
        cursor.execute(_change(type(thing), names), [*values, thing._meta.pk.get_db_prep_save(thing.pk, database)])
        if cursor.rowcount != 1:
            raise DatabaseError("There was no such row to update.")


def _cursor(database):
    return database.prepared_cursor() if database.vendor == "postgresql" else database.cursor()


@cache
def _written(model):
    return [field for field in model._meta.concrete_fields if not field.generated]


@cache
def _insertion(model):
    query = InsertQuery(model)
    query.insert_values(_written(model), [model()])
    [(sql, _)] = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return sql


@cache
def _change(model, names):
    key, fields = model._meta.pk, [model._meta.get_field(name) for name in names]
    query = UpdateQuery(model)
    query.add_update_fields([(field, None, Parameter(field, number)) for number, field in enumerate(fields)])
    query.add_filter("pk", Parameter(key, len(fields)))
    sql, _ = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return sql
