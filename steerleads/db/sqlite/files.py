"""The database's file from outside: who may read it, whether the open one is the one at its path, and who else uses it.

SQLite goes on with a file that was deleted or replaced: whatever is written there, nobody will ever see. So a connection
remembers which files it opened, and compares (`os.stat`, about a microsecond).
"""

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from weakref import WeakKeyDictionary

try:
    import fcntl
except ImportError:  # there is none on Windows, and so no locks: nobody can delete an open file there, either
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

Identity = tuple[int, int]  # device and inode

_turn = threading.RLock()
_files: dict[str, "File"] = {}  # {path as configured: File}, as long as the process lives


class NotTheFile(sqlite3.OperationalError):
    """The message is for anybody: it names no path."""


class Opened(NamedTuple):
    """Which files a connection has open, each as (device, inode)."""

    main: Identity | None
    wal: Identity | None


class File:
    """One path, for all connections of this process. `main` is the file that is known to be ours."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.main: Identity | None = None
        self.opened: WeakKeyDictionary[Any, Opened] = (
            WeakKeyDictionary()
        )  # {who has a connection: Opened}, for as long as both live
        self.complaint: str | None = None  # the latest that was logged
        self.presence: int | None = None  # the handle of the locked file

    @property
    def wal(self) -> str:
        return f"{os.path.realpath(self.path)}-wal"

    def open(self, owner: Any, connect: Callable[[], sqlite3.Connection]) -> sqlite3.Connection:
        """What `connect()` gives, noted as its owner's. Raises NotTheFile if another file lies there that is not ours."""
        with _turn:
            self.be_present()
            if self.main is None:
                make_file(self.path)
            else:
                self._judge()
            before = identity(self.path)
            connection = connect()
            opened = Opened(identity(self.path), identity(self.wal))
            if before not in (None, opened.main):
                connection.close()
                raise NotTheFile("The database file was replaced while it was being opened.")
            self.main = opened.main
            self.opened[owner] = opened
            self.say_all_is_well()
        return connection

    def forget(self, owner: Any) -> None:
        """Its owner has closed it."""
        with _turn:
            self.opened.pop(owner, None)

    def is_same(self, opened: Opened) -> bool:
        """Whether these are the files at the path, its -wal as well."""
        return identity(self.path) == opened.main and opened.wal in (None, identity(self.wal))

    def complain(self) -> NoReturn:
        """Raise NotTheFile, and say so in the log if that is news."""
        current = identity(self.path)
        if current is None:
            words = "The database file was deleted"
        elif current != self.main:
            words = "The database file was replaced"
        else:
            words = "The database's -wal file was deleted or replaced"
        if words != self.complaint:
            self.complaint = words
            log.critical("%s while it is in use: %s. Nothing is written until it is right.", words, self.path)
        raise NotTheFile(f"{words}.")

    def be_present(self) -> None:
        """Hold a lock that ends with this process, for `restore` to see. Raises NotTheFile during a restore."""
        if self.presence is None and fcntl:
            with suppress(OSError):  # a folder that takes no files: nobody restores there
                self.presence = os.open(f"{os.path.realpath(self.path)}-users", os.O_RDWR | os.O_CREAT, 0o600)
        if self.presence is not None and not _locks(self.presence, fcntl.LOCK_SH):
            raise NotTheFile("The database is being restored.")

    @contextmanager
    def used_by_nobody_else(self) -> Iterator[bool]:
        """Gives whether no other process uses it; if so, none can begin to until the block ends."""
        with _turn:
            self.be_present()
            try:
                yield self.presence is None or _locks(self.presence, fcntl.LOCK_EX)
            finally:
                if self.presence is not None:
                    _locks(self.presence, fcntl.LOCK_SH)

    def _judge(self) -> None:
        """Raise NotTheFile unless a connection may be opened to what lies there now; take over another file of ours."""
        current = identity(self.path)
        others = [opened for opened in self.opened.values() if opened.main == current]
        if current is None or not all(map(self.is_same, others)):
            self.complain()
        if current != self.main and not self._is_replaced_by_ours():
            self.complain()

    def is_superseded(self, opened: Opened) -> bool:
        """Whether another database of ours lies at the path now."""
        with _turn:
            return opened.main != self.main == identity(self.path) or self._is_replaced_by_ours()

    def _is_replaced_by_ours(self) -> bool:
        """The same of the file that is known. Then what was the -wal of the old one is put aside.

        SQLite would read it as part of the new one. Asked while a connection to the old one is still open: until then
        no other file can have the old one's numbers.
        """
        if identity(self.path) in (None, self.main) or not _is_ours(self.path):
            return False
        self._put_aside({opened.wal for opened in self.opened.values() if opened.main == self.main and opened.wal})
        return True

    def _put_aside(self, olds: set[Identity]) -> None:
        with _alone_among_those_who_switch(self.presence):
            if identity(self.wal) in olds:
                os.rename(self.wal, f"{self.wal}-of-replaced")
                with suppress(FileNotFoundError):
                    os.unlink(f"{self.wal.removesuffix('-wal')}-shm")

    def say_all_is_well(self) -> None:
        """Once, after a complaint."""
        if self.complaint:
            self.complaint = None
            log.warning("The database file at %s is used again.", self.path)


def file_at(path: str | Path) -> File:
    """The File of a path."""
    with _turn:
        return _files.setdefault(str(path), File(str(path)))


def identity(path: str | Path) -> Identity | None:
    """(device, inode) of what lies there, or None."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _locks(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _alone_among_those_who_switch(handle: int | None) -> Iterator[None]:
    """Another kind of lock on the same file, of this process alone."""
    if handle is None:
        yield
        return
    fcntl.lockf(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.lockf(handle, fcntl.LOCK_UN)


def _is_ours(path: str) -> bool:
    # As if it were alone: a -wal that lies there may be the old one's.
    uri = f"{Path(os.path.abspath(path)).as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as opened:
            return bool(opened.execute("SELECT 1 FROM django_migrations").fetchone())
    except sqlite3.Error:
        return False


def make_file(path: str | Path) -> None:
    """Make an empty database (mode 0600) where there is none. The files that SQLite lays beside it get its mode.

    SQLite itself would let everybody read it. What it cannot make or open it says itself, in the moment after.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
