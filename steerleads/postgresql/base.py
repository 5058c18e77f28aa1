"""Django's PostgreSQL backend, which finds out more cheaply whether a pooled connection still lives.

Django asks by a round trip before each request. Here only a connection that rested is asked; of the others the socket
is read, as a server that ends a connection says so.
"""

import time

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

REST = 30  # seconds after which what lies between may have forgotten a connection, and nobody would hear of its end
RECORDS = 8  # over TLS each is read on its own; without it, last words and end are two readings


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        connection = super().get_new_connection(conn_params)
        while self.pool and _has_ended(connection):
            connection.close()
            self.pool.putconn(connection)  # which makes another in its place
            connection = super().get_new_connection(conn_params)
        return connection

    def prepared_cursor(self, prepare=None):
        """A cursor whose statements the server prepares once they come again, and whose values come in binary form.

        With `prepare=False` none is prepared: the server plans each time, for the values at hand.
        """
        with self.wrap_database_errors:
            self.ensure_connection()
            return self._prepare_cursor(_PreparedCursor(self.connection, prepare))


class _PreparedCursor(psycopg.Cursor):
    def __init__(self, connection, prepare):
        super().__init__(connection)
        self._prepare = prepare

    def execute(self, query, params=None):
        try:
            return super().execute(query, params, prepare=self._prepare, binary=True)
        except psycopg.errors.FeatureNotSupported as error:
            # A migration has altered a column: what is prepared on this connection can never be run again.
            self.connection.close()
            raise psycopg.OperationalError("A prepared statement no longer fits its table.") from error


def _has_ended(connection):
    """Whether it is of no use."""
    now = time.monotonic()
    rested, connection.used_at = now - getattr(connection, "used_at", now) > REST, now
    try:
        for _ in range(RECORDS if connection.pgconn.ssl_in_use else 2):
            connection.pgconn.consume_input()
        if rested:
            ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        return True
    return False
