"""Django's PostgreSQL backend, which asks before each request whether its pooled connection still lives.

Django asks by a round trip. Here the socket is read: a server that ended the connection has said so.
"""

import psycopg
from django.db.backends.postgresql import base


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
        return super().execute(query, params, prepare=self._prepare, binary=True)


def _has_ended(connection):
    """Whether the server has hung up. Its last words come first, so it is listened to twice; nobody waits for more."""
    try:
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return False
