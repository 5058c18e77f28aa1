"""The limit's SQLite: one connection a thread. Django keeps ids there as 32 hex digits, and times as text."""

import sqlite3
import threading
import uuid
from contextlib import contextmanager
from datetime import datetime

import orjson

LOCK = ""


class Database:
    def __init__(self, url):
        self._path, self._here = url.removeprefix("sqlite:///"), threading.local()

    @contextmanager
    def reading(self):
        """A function from a statement and its values to all rows."""
        connection = self._connection()
        yield lambda statement, values: connection.execute(statement.replace("%s", "?"), values).fetchall()

    @contextmanager
    def writing(self):
        """The same in one transaction, with the write lock from the beginning."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield lambda statement, values: connection.execute(statement.replace("%s", "?"), values).fetchall()
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def _connection(self):
        if not hasattr(self._here, "connection"):
            self._here.connection = sqlite3.connect(self._path, timeout=20, isolation_level=None)
            # As ours: what is committed is on the disk, what is deleted is overwritten.
            self._here.connection.executescript("PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;")
        return self._here.connection

    def given(self, value):
        if isinstance(value, uuid.UUID):
            return value.hex
        return str(value.replace(tzinfo=None)) if isinstance(value, datetime) else value

    def given_json(self, value):
        return None if value is None else orjson.dumps(value).decode()

    def shown(self, lead):
        lead["id"], lead["carId"] = self.shown_id(lead["id"]), self.shown_id(lead["carId"])
        lead["createdAt"], lead["updatedAt"] = self.shown_time(lead["createdAt"]), self.shown_time(lead["updatedAt"])
        return lead

    def shown_json(self, value):
        return orjson.loads(value)

    def shown_id(self, value):
        return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"

    def shown_time(self, value):
        return f"{value[:10]}T{value[11:19]}Z"
