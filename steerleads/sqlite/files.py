"""The file of an SQLite database, which is for its owner alone wherever it lies."""

import os
from contextlib import suppress


def make_file(path):
    """Make an empty database (mode 0600) where there is none. The files that SQLite lays beside it get its mode.

    SQLite itself would let everybody read it. What it cannot make or open it says itself, in the moment after.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
