"""Django's SQLite backend, which watches over its file: what is written to one that was deleted or replaced, nobody sees."""

import math
import os
import sqlite3
from collections.abc import Sequence
from time import monotonic
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property

from steerleads.db.damage import note_damage
from steerleads.db.sqlite.files import File, NotTheFile, file_at, identity

SECONDS_BETWEEN_LOOKS = 0.5  # at the files, by those who only read


class ErrorWrapper(DatabaseErrorWrapper):
    """Makes an OperationalError of what a damaged database answers, and notes it."""

    wrapper: Any

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if kind is sqlite3.DatabaseError:  # itself, which SQLite's driver raises for nothing else
            note_damage(error)
            self.wrapper.errors_occurred = True
            raise OperationalError(*error.args).with_traceback(traceback) from error
        super().__exit__(kind, error, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    _next_look = math.inf

    @cached_property
    def wrap_database_errors(self) -> ErrorWrapper:
        return ErrorWrapper(self)

    @cached_property
    def file(self) -> File | None:
        """The File, or None of a database that has none."""
        name = str(self.settings_dict["NAME"])
        return None if self.is_in_memory_db() or name.startswith("file:") else file_at(name)

    def get_new_connection(self, conn_params: Any) -> Any:
        connect = super().get_new_connection
        if self.file is None:
            return connect(conn_params)
        connection = self.file.open(self, lambda: connect(conn_params))
        self._opened, self._next_look = self.file.opened[self], monotonic() + SECONDS_BETWEEN_LOOKS
        return connection

    def _close(self) -> None:
        if self.file is not None:
            self.file.forget(self)
        super()._close()  # type: ignore[misc]  # the stubs don't know it

    def create_cursor(self, name: Any = None) -> Any:
        if not self.in_atomic_block:  # also of the BEGIN of each transaction, which is none yet
            self.look_at_file()
        return super().create_cursor(name)

    def look_at_file(self, *, thoroughly: bool = False) -> None:
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

    def is_file_writable(self) -> bool:
        """Whether this process may write the file; True of a database that has none."""
        return self.file is None or os.access(self.file.path, os.W_OK)

    def rows(self, sql: str, params: Sequence, prepare: bool | None = None) -> list[tuple]:
        """All rows of a SELECT. The driver prepares by itself, whatever `prepare` says."""
        with self.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()
