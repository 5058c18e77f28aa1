"""Django's PostgreSQL backend, which asks before each request whether its pooled connection still lives.

Django asks by a round trip. Here the socket is looked at: a server that ended the connection has said so.
"""

import select

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

    def prepared_cursor(self):
        """A cursor whose statements the server prepares once they come again, and whose values come in binary form."""
        with self.wrap_database_errors:
            self.ensure_connection()
            return self._prepare_cursor(_PreparedCursor(self.connection))


class _PreparedCursor(psycopg.Cursor):
    def execute(self, query, params=None):
        return super().execute(query, params, binary=True)


def _has_ended(connection):
    """Whether the server said something unasked: its last words, or at least something we do not wait for."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
