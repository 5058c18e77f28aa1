"""Reads rows straight from libpq, by psycopg's own wrapper of it, with its conversion of values and its book of what is
prepared.

A cursor sends, waits and collects in steps, and looks its converters up anew for each statement: for a row that is found
by its id, that takes as long as all the rest. Only outside of a transaction: nothing here sends the BEGIN that psycopg
owes inside of one.
"""

import logging
from functools import lru_cache
from typing import NamedTuple

import psycopg
from psycopg._preparing import Prepare
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format

# What is prepared is gone (DISCARD ALL by somebody between us and the server), its name is taken, or a migration has
# altered its table.
PREPARED_IN_VAIN = (
    psycopg.errors.InvalidSqlStatementName,
    psycopg.errors.DuplicatePreparedStatement,
    psycopg.errors.FeatureNotSupported,
)
STATES = tuple(error.sqlstate.encode() for error in PREPARED_IN_VAIN)
ALTERED = psycopg.errors.FeatureNotSupported.sqlstate

log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """What psycopg's book wants to know of a statement."""

    query: bytes
    types: tuple


class Reader:
    """Belongs to one connection, for as long as that lives."""

    def __init__(self, connection):
        self._connection, self._pgconn, self._book = connection, connection.pgconn, connection._prepared
        self._converter = Transformer(connection)

    def rows(self, sql, params, prepare=None):
        """All rows of a SELECT, as tuples. `prepare` means what it does for psycopg's cursors."""
        values = self._converter.dump_sequence(params, [PyFormat.AUTO] * len(params))
        asked = Asked(_numbered(sql, len(values)), self._converter.types)
        result = self._ask(asked, values, prepare)
        self._check(result)
        self._converter.set_pgresult(result)
        try:
            return self._converter.load_rows(0, result.ntuples, tuple)
        finally:
            self._converter.set_pgresult(None)  # or it would be kept until the next one

    def _ask(self, asked, values, prepare):
        how, name = self._book.get(asked, prepare)
        if how is Prepare.NO:
            result = self._ask_unprepared(asked, values)
        else:
            result = self._ask_prepared(asked, values, name, is_new=how is Prepare.SHOULD)
            if (state := result.error_field(DiagnosticField.SQLSTATE)) in STATES:
                if state.decode() != ALTERED:
                    log.warning("A prepared statement was gone. Behind PgBouncer? Then set DATABASE_PREPARE=0.")
                self._book.clear()
                how, result = Prepare.NO, self._ask_unprepared(asked, values)
        if prepare is not False and (new := self._book.maybe_add_to_cache(asked, how, name)):
            self._book.validate(new, how, name, [result])
        if self._book._to_flush:
            self._connection.wait(self._book.maintain_gen(self._connection))
        return result

    def _ask_prepared(self, asked, values, name, *, is_new):
        if is_new:
            result = self._pgconn.prepare(name, asked.query, asked.types)
            if result.error_field(DiagnosticField.SQLSTATE) in STATES:
                return result
            self._check(result)
        return self._pgconn.exec_prepared(name, values, self._converter.formats, Format.BINARY)

    def _ask_unprepared(self, asked, values):
        return self._pgconn.exec_params(asked.query, values, asked.types, self._converter.formats, Format.BINARY)

    def _check(self, result):
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return
        if self._pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError(result.get_error_message())
        raise psycopg.errors.error_from_result(result, encoding="utf-8")


@lru_cache(maxsize=1000)
def _numbered(sql, count):
    """With `$1`, `$2`, … for each `%s`, as the server wants it."""
    return (sql % tuple(f"${number}" for number in range(1, count + 1))).encode()
