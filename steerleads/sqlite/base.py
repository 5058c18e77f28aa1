"""Django's SQLite backend, whose driver hands over ids and times as they should be, by their columns' declared types.

With Django's own the driver hands over text or times without a zone, and each value is made in a second step, which is
a quarter of the time of a list. The driver's converters count for the whole process: Django's own backend, beside this
one, would stumble over ids that are made already.
"""

import sqlite3
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID, SafeUUID

from django.db.backends.sqlite3 import base, operations
from django.db.models.expressions import Col
from django.utils.dateparse import parse_datetime

from steerleads.sqlite.files import make_file

MADE_BY_THE_DRIVER = ("UUIDField", "DateTimeField", "BooleanField")  # the converter of the last is Django's own
LENGTHS_OF_AN_OWN_TIME = (19, 26)  # without and with microseconds, as Django writes it: in UTC, without saying so

new, set_number, set_safety, UNKNOWN = object.__new__, UUID.int.__set__, UUID.is_safe.__set__, SafeUUID.unknown


class DatabaseOperations(operations.DatabaseOperations):
    def get_db_converters(self, expression):
        is_made = isinstance(expression, Col) and expression.output_field.get_internal_type() in MADE_BY_THE_DRIVER
        return [] if is_made else super().get_db_converters(expression)

    def convert_uuidfield_value(self, value, expression, connection):
        """SQLite tells the driver a column's type through a subquery, too; but what is computed comes as text."""
        return value if isinstance(value, UUID) else super().convert_uuidfield_value(value, expression, connection)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params):
        if not self.is_in_memory_db():
            make_file(conn_params["database"])
        return super().get_new_connection(conn_params)

    def rows(self, sql, params, prepare=None):
        """All rows of a SELECT. The driver prepares by itself."""
        if self.queries_logged or self.execute_wrappers:
            with self.cursor() as cursor:
                cursor.execute(sql, params)
                return cursor.fetchall()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            self.ensure_connection()
            return self.connection.execute(_marked(sql, len(params)), params).fetchall()


@lru_cache(maxsize=1000)
def _marked(sql, count):
    """With `?` for each `%s`, as the driver wants it."""
    return sql % (("?",) * count)


# What a list repeats in each row, like the id of its car, is made once.


@lru_cache(maxsize=1000)
def _id(value):
    if len(value) != 32 or b":" in value:
        return value.decode()  # an IP address: Django declares its column as char(39), and an id's as char(32)
    # UUID(int=…) takes three times as long: it judges what it is given.
    made = new(UUID)
    set_number(made, int(value, 16))
    set_safety(made, UNKNOWN)
    return made


@lru_cache(maxsize=1000)
def _time(value):
    text = value.decode()
    try:
        return datetime.fromisoformat(text + "+00:00") if len(text) in LENGTHS_OF_AN_OWN_TIME else _by_hand(text)
    except ValueError:
        return _by_hand(text)


def _by_hand(text):
    """A time that somebody wrote there. Django's own backend is as patient."""
    found = parse_datetime(text)
    if found is None:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


sqlite3.register_converter("char", _id)
sqlite3.register_converter("datetime", _time)
