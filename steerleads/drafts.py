"""Files that take their name once they are whole: whatever breaks off on the way leaves the one that was there."""

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LONGEST_BEGINNING = 50  # characters of a draft's name, so that any name can have one


@contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """An empty file (mode 0600) beside `target` that takes its name at the end, and its place. Raises OSError."""
    beginning = target.name[:LONGEST_BEGINNING]
    with _unwound_by_sigterm():
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{beginning}.", suffix=".part")
        os.close(handle)
        draft = Path(name)
        try:
            yield draft
            _sync(draft)
            draft.replace(target)
            with suppress(OSError):  # some network shares cannot sync a folder
                _sync(target.parent)
        finally:
            draft.unlink(missing_ok=True)


@contextmanager
def _unwound_by_sigterm() -> Iterator[None]:
    """By itself it would end the process where it stands, and leave what it has begun."""
    if threading.current_thread() is not threading.main_thread():  # others are told of no signal
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
