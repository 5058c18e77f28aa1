"""Django's SQLite backend, whose driver hands over ids and times as they should be, by their columns' declared types.

With Django's own the driver hands over text or times without a zone, and each value is made in a second step, which is
a quarter of the time of a list. The driver's converters count for the whole process: Django's own backend, beside this
one, would stumble over ids that are made already.
"""

import math
import os
import sqlite3
from datetime import UTC, datetime
from functools import lru_cache
from time import monotonic
from uuid import UUID, SafeUUID

from django.db import OperationalError
from django.db.backends.sqlite3 import base, operations
from django.db.models.expressions import Col
from django.db.utils import DatabaseErrorWrapper
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property

from steerleads.db.damage import note_damage
from steerleads.db.sqlite.files import NotTheFile, file_at, identity

MADE_BY_THE_DRIVER = ("UUIDField", "DateTimeField", "BooleanField")  # the converter of the last is Django's own
SECONDS_BETWEEN_LOOKS = 0.5  # at the files, by those who only read
LENGTHS_OF_AN_OWN_TIME = (19, 26)  # without and with microseconds, as Django writes it: in UTC, without saying so

new, set_number, set_safety, UNKNOWN = object.__new__, UUID.int.__set__, UUID.is_safe.__set__, SafeUUID.unknown


class DatabaseOperations(operations.DatabaseOperations):
    def get_db_converters(self, expression):
        is_made = isinstance(expression, Col) and expression.output_field.get_internal_type() in MADE_BY_THE_DRIVER
        return [] if is_made else super().get_db_converters(expression)

    def convert_uuidfield_value(self, value, expression, connection):
        """SQLite tells the driver a column's type through a subquery, too; but what is computed comes as text."""
        return value if isinstance(value, UUID) else super().convert_uuidfield_value(value, expression, connection)


class ErrorWrapper(DatabaseErrorWrapper):
    """Makes an OperationalError of what a damaged database answers, and notes it."""

    def __exit__(self, kind, error, traceback):
        if kind is sqlite3.DatabaseError:  # itself, which SQLite's driver raises for nothing else
            note_damage(error)
            self.wrapper.errors_occurred = True
            raise OperationalError(*error.args).with_traceback(traceback) from error
        super().__exit__(kind, error, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    _next_look = math.inf

    @cached_property
    def wrap_database_errors(self):
        return ErrorWrapper(self)

    @cached_property
    def file(self):
        """The File, or None of a database that has none."""
        name = str(self.settings_dict["NAME"])
        return None if self.is_in_memory_db() or name.startswith("file:") else file_at(name)

    def get_new_connection(self, conn_params):
        connect = super().get_new_connection
        if self.file is None:
            return connect(conn_params)
        connection = self.file.open(self, lambda: connect(conn_params))
        self._opened, self._next_look = self.file.opened[self], monotonic() + SECONDS_BETWEEN_LOOKS
        return connection

    def _close(self):
        if self.file is not None:
            self.file.forget(self)
        return super()._close()

    def create_cursor(self, name=None):
        if not self.in_atomic_block:  # also of the BEGIN of each transaction, which is none yet
            self.look_at_file()
        return super().create_cursor(name)

    def look_at_file(self, *, thoroughly=False):
        """Raise sqlite3's OperationalError if the open file is not the one at the path. The next connection will be.

        Its -wal is looked at now and then, or `thoroughly`.
        """
        if self.file is None:
            return
        if thoroughly or monotonic() >= self._next_look:
            is_same = self.file.is_same(self._opened)
            self._next_look = monotonic() + SECONDS_BETWEEN_LOOKS if is_same else 0
        else:
            is_same = identity(self.file.path) == self._opened.main
        if is_same:
            self.file.say_all_is_well()
        elif self.file.is_superseded(self._opened):
            self.close()  # the next one opens the new file
            raise NotTheFile("The database file was replaced.")
        else:
            self.file.complain()

    def is_file_writable(self):
        return self.file is None or os.access(self.file.path, os.W_OK)

    def rows(self, sql, params, prepare=None):
        """All rows of a SELECT. The driver prepares by itself."""
        if self.queries_logged or self.execute_wrappers:
            with self.cursor() as cursor:
                cursor.execute(sql, params)
                return cursor.fetchall()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            self.ensure_connection()
            if not self.in_atomic_block and monotonic() >= self._next_look:
                self.look_at_file()
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
    try:
        set_number(made, int(value, 16))
    except ValueError:
        raise sqlite3.DatabaseError("what stands for an id is none") from None
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
