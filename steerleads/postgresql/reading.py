"""Reads rows straight from libpq, by psycopg's own wrapper of it and with its conversion of values.

A cursor sends, waits and collects in steps, and builds its converters anew for each statement: for a row that is looked
up by its id, that takes as long as all the rest. It is only for a SELECT outside of a transaction.
"""

from functools import lru_cache

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format

MOST_SEEN = 200  # statements of one connection; those that come later are planned each time
NO_SUCH_STATEMENT = b"26000"  # psycopg deallocates all statements, not only its own, after a ROLLBACK


class Reader:
    """Belongs to one connection. What comes as often as its `prepare_threshold` says, is prepared."""

    def __init__(self, connection):
        self._connection, self._pgconn = connection, connection.pgconn
        self._converter = Transformer(connection)
        self._prepared = 0
        self._seen = {}  # SQL and types of the values, to how often it came, or to its name once it is prepared

    def rows(self, sql, params, prepare=None):
        """All rows, as tuples. With `prepare=False` it is planned for the values at hand."""
        converter = self._converter
        values = converter.dump_sequence(params, [PyFormat.AUTO] * len(params))
        types, formats = converter.types, converter.formats
        name = None if prepare is False else self._name(sql, types)
        if name:
            result = self._pgconn.exec_prepared(name, values, formats, Format.BINARY)
            if result.error_field(DiagnosticField.SQLSTATE) == NO_SUCH_STATEMENT:
                self._seen.clear()
                name = None
        if not name:
            result = self._pgconn.exec_params(_numbered(sql, len(values)), values, types, formats, Format.BINARY)
        self._check(result)
        converter.set_pgresult(result)
        try:
            return converter.load_rows(0, result.ntuples, tuple)
        finally:
            converter.set_pgresult(None)  # or it would be kept until the next one

    def _name(self, sql, types):
        """Of the prepared statement, or None."""
        key, threshold = (sql, types), self._connection.prepare_threshold
        seen = self._seen.get(key, 0)
        if isinstance(seen, bytes) or threshold is None:
            return seen or None
        if seen < threshold:
            if seen or len(self._seen) < MOST_SEEN:
                self._seen[key] = seen + 1
            return None
        name = b"steerleads_%d" % self._prepared  # never used again
        self._prepared += 1
        self._check(self._pgconn.prepare(name, _numbered(sql, len(types)), types))
        self._seen[key] = name
        return name

    def _check(self, result):
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return
        if self._pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError(result.get_error_message())
        raise_for(psycopg.errors.error_from_result(result, encoding="utf-8"), self._connection)


def raise_for(error, connection):
    """Raise it; if it means that this connection's prepared statements are of no use any more, in a better form."""
    if isinstance(error, psycopg.errors.FeatureNotSupported):
        # A migration has altered a column: what is prepared on this connection can never be run again.
        connection.close()
        raise psycopg.OperationalError("A prepared statement no longer fits its table.") from error
    raise error


@lru_cache(maxsize=1000)
def _numbered(sql, count):
    """With `$1`, `$2`, … for each `%s`, as the server wants it."""
    return (sql % tuple(f"${number}" for number in range(1, count + 1))).encode()
