"""A long list as one JSON array: read from one snapshot at the database's pace, sent at the client's.

A thread writes the array to a temporary file while the client is served from it, so memory is constant and a slow
reader holds a file, not a database connection.
"""

import os
import tempfile
import threading

from django.conf import settings
from django.db import connection, transaction

ROWS_A_READ = 1000
BYTES_A_CHUNK = 64 * 1024

# Long reads may take half of the pool's connections, so that short requests go on beside them.
_places = threading.BoundedSemaphore(max(1, settings.DATABASE_POOL_SIZE // 2))


def stream(queryset, render):
    """An iterable of chunks of `[…]`, each row through `render` to bytes. The first chunk is there when it returns.

    Raises the database's error if nothing could be read; a later error is raised while iterating, which breaks
    the connection before the closing bracket.
    """
    spool = _Spool()
    threading.Thread(target=_fill, args=(spool, queryset, render), daemon=True).start()
    spool.wait_for_first()
    return spool


class _Spool:
    """A temporary file that one thread appends to and another reads from behind it."""

    def __init__(self):
        self._file = tempfile.TemporaryFile()
        self._changed = threading.Condition()
        self._written = self._read = 0
        self._finished = False
        self._error = None
        self.abandoned = False

    def write(self, data):
        self._file.write(data)
        self._file.flush()
        with self._changed:
            self._written += len(data)
            self._changed.notify()

    def finish(self, error=None):
        with self._changed:
            self._finished, self._error = True, error
            self._changed.notify()

    def wait_for_first(self):
        with self._changed:
            self._changed.wait_for(lambda: self._written or self._finished)
            if self._error and not self._written:
                raise self._error

    def __iter__(self):
        return self

    def __next__(self):
        with self._changed:
            self._changed.wait_for(lambda: self._written > self._read or self._finished)
            if self._written == self._read:
                raise self._error or StopIteration
        chunk = os.pread(self._file.fileno(), BYTES_A_CHUNK, self._read)
        self._read += len(chunk)
        return chunk

    def close(self):
        """The client has all of it, or has gone: the writer stops at its next row."""
        self.abandoned = True


def _fill(spool, queryset, render):
    with _places:
        try:
            _write_rows(spool, queryset, render)
            spool.finish()
        except Exception as error:
            spool.finish(error)
        finally:
            connection.close()


def _write_rows(spool, queryset, render):
    # PostgreSQL: inside a transaction the cursor stays on one connection, also behind PgBouncer.
    # SQLite: outside of one, because ours take the write lock; a single SELECT is one snapshot there.
    if connection.vendor == "postgresql":
        with transaction.atomic():
            _write_array(spool, queryset, render)
    else:
        _write_array(spool, queryset, render)


def _write_array(spool, queryset, render):
    opening, batch = b"[", []
    for row in queryset.iterator(chunk_size=ROWS_A_READ):
        batch.append(render(row))
        if len(batch) == ROWS_A_READ:
            spool.write(opening + b",".join(batch))
            opening, batch = b",", []
        if spool.abandoned:
            return
    spool.write((opening if batch or opening == b"[" else b"") + b",".join(batch) + b"]")
