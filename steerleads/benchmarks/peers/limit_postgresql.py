"""The limit's PostgreSQL: psycopg's pool, prepared statements, binary results."""

from contextlib import contextmanager

import orjson
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

LOCK = " FOR NO KEY UPDATE"


class Database:
    def __init__(self, url):
        how = {"autocommit": True, "prepare_threshold": 0, "options": "-c timezone=UTC"}
        self._pool = ConnectionPool(url, min_size=4, max_size=8, kwargs=how, open=True)

    @contextmanager
    def reading(self):
        """A function from a statement and its values to all rows."""
        with self._pool.connection() as connection:
            yield lambda statement, values: connection.execute(statement, values, binary=True).fetchall()

    @contextmanager
    def writing(self):
        """The same in one transaction; for a statement without rows, `None`."""
        with self._pool.connection() as connection, connection.transaction():

            def run(statement, values):
                cursor = connection.execute(statement, values, binary=True)
                return cursor.fetchall() if cursor.description else None

            yield run

    # What is given to the tables, and what is read from them and shown. Here the driver knows it all.

    def given(self, value):
        return value

    def given_json(self, value):
        return None if value is None else Jsonb(value, orjson.dumps)

    def shown(self, lead):
        return lead

    def shown_json(self, value):
        return value

    def shown_id(self, value):
        return value

    def shown_time(self, value):
        return value
