"""A long list as one JSON array: read from one snapshot at the database's pace, sent at the client's.

A thread writes the array to a temporary file while the client is served from it, so memory is constant and a slow
reader holds a file, not a database connection.
"""

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from steerleads import environment
from steerleads.api.errors import ServiceUnavailable
from steerleads.api.sizes import Size

ROWS_A_READ = 1000
BYTES_A_CHUNK = 64 * 1024

# Long reads may take half of the pool's connections, so that short requests go on beside them.
_turns = threading.BoundedSemaphore(max(1, settings.DATABASE_POOL_SIZE // 2))


class _Places:
    """Where requests wait for their turn. Each keeps a thread of the server, and half of those are for short requests."""

    def __init__(self) -> None:
        self._changing, self._taken = threading.Lock(), 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Raises ServiceUnavailable at once if there is none left."""
        most = max(1, environment.serve_threads() // 2)
        with self._changing:
            if self._taken >= most:
                raise ServiceUnavailable("Too many long lists and exports are being read right now. Try again soon.")
            self._taken += 1
        try:
            yield
        finally:
            with self._changing:
                self._taken -= 1


_places = _Places()


def stream(
    queryset: QuerySet, render: Callable[[Any], bytes], measure: Callable[[QuerySet], Size]
) -> tuple[Iterator[bytes], Size]:
    """(chunks of `[…]`, their Size), each row through `render` to bytes; the first chunk is there already.

    `measure(queryset)` is asked within the snapshot. By as many bytes as it says too many, the array is filled with
    spaces, which JSON ignores. Raises the database's error if nothing could be read, and ServiceUnavailable where too
    many wait. A later error is raised while iterating: the body is then shorter than announced, so the connection
    breaks, and it has no closing bracket.
    """
    # The request is over only when its client has read all of the answer: until then it would hold its connection.
    if not connection.in_atomic_block:
        connection.close()
    with _places.one():
        spool = _Spool()
        threading.Thread(target=_fill, args=(spool, queryset, render, measure), daemon=True).start()
        spool.wait_for_first()
    return spool, spool.size


class _Spool:
    """A temporary file that one thread appends to and another reads from behind it."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()
        self._changed = threading.Condition()
        self._written = self._read = 0
        self._finished = False
        self._error: Exception | None = None
        self.size = Size(0, 0)
        self.abandoned = False

    def write(self, data: bytes) -> int:
        """The number of bytes written."""
        self._file.write(data)
        self._file.flush()
        with self._changed:
            self._written += len(data)
            self._changed.notify()
        return len(data)

    def finish(self, error: Exception | None = None) -> None:
        with self._changed:
            self._finished, self._error = True, error
            self._changed.notify()
            self._tidy_up()

    def wait_for_first(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._written or self._finished)
            if self._error and not self._written:
                raise self._error

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self._written > self._read or self._finished)
            if self._written == self._read:
                raise self._error or StopIteration
        chunk = os.pread(self._file.fileno(), BYTES_A_CHUNK, self._read)
        self._read += len(chunk)
        return chunk

    def close(self) -> None:
        """The client has all of it, or has gone: the writer stops at its next row."""
        with self._changed:
            self.abandoned = True
            self._tidy_up()

    def _tidy_up(self) -> None:
        """Free the disk when neither thread needs the file any more; the garbage collector comes late."""
        if self._finished and self.abandoned:
            self._file.close()


def _fill(
    spool: _Spool, queryset: QuerySet, render: Callable[[Any], bytes], measure: Callable[[QuerySet], Size]
) -> None:
    with _turns:
        try:
            with one_state():
                spool.size = measure(queryset)
                _write_array(spool, queryset, render)
            spool.finish()
        except Exception as error:
            spool.finish(error)
        finally:
            connection.close()


@contextmanager
def long_read() -> Iterator[None]:
    """`one_state` by one of those whose turn it is. Raises ServiceUnavailable where too many wait."""
    if connection.in_atomic_block:
        yield
        return
    connection.close()  # whoever waits for a turn holds nothing
    with _places.one(), _turns, one_state():
        yield


@contextmanager
def one_state() -> Iterator[None]:
    """One state of the database for all that is read inside; within a transaction, what is seen is up to who began that."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        # In a transaction the cursor also stays on one connection, behind PgBouncer too.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # Not atomic(): ours takes the write lock at BEGIN.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def _write_array(spool: _Spool, queryset: QuerySet, render: Callable[[Any], bytes]) -> None:
    batch: list[bytes] = []
    opening, written = b"[", 0
    for row in queryset.iterator(chunk_size=ROWS_A_READ):
        batch.append(render(row))
        if len(batch) == ROWS_A_READ:
            written += spool.write(opening + b",".join(batch))
            opening, batch = b",", []
        if spool.abandoned:
            return
    written += spool.write((opening if batch or opening == b"[" else b"") + b",".join(batch) + b"]")
    spool.write(b" " * (spool.size.most_bytes - written))
