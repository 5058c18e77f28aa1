"""How many requests were answered, by class of status, by all worker processes of one `serve` together.

Each process writes to a slot of its own in memory that all share, so none waits for another, and one that is killed
leaves its counts behind. It holds its slot by a lock that the kernel ends with the process: the worker that replaces it
finds the slot free, and counts on. The memory has to be there before the workers are forked: this module is imported by
the process that forks them. Where workers are not forked (only Linux does it), each answers for itself.
"""

import mmap
import os
import sys
import threading

CLASSES = {2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}
SLOTS = 1024  # several for each of the 256 workers that `serve` can have: a new one may begin before the old one ends
PLACES = 8  # numbers of 8 bytes in a slot, by first digit of the status: the line of memory that a processor writes

_file = os.memfd_create("steerleads-requests") if sys.platform == "linux" else -1
if _file != -1:
    os.ftruncate(_file, SLOTS * PLACES * 8)
_numbers = memoryview(mmap.mmap(_file, SLOTS * PLACES * 8)).cast("Q")
_turn = threading.Lock()  # between the threads of this process
_first = None  # where the slot of this process begins


def count(status):
    """Count one answer. It takes less than a microsecond, and no other process can hold it up."""
    global _first
    with _turn:
        if _first is None:
            _first = _free_slot() * PLACES
        _numbers[_first + status // 100] += 1


def totals():
    """{"2xx": 1234, "3xx": 5, …} since the server was started. None of them ever goes down."""
    return {name: sum(_numbers[digit::PLACES]) for digit, name in CLASSES.items()}


def _free_slot():
    if _file == -1:
        return 0
    import fcntl  # there is none on Windows

    for slot in range(SLOTS):
        try:
            fcntl.lockf(_file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
            return slot
        except OSError:
            continue
    return SLOTS - 1  # the kernel gives no locks: better a count too few now and then than a request refused


def _begin_anew():
    """In a process that was just forked: the slot is its parent's."""
    global _turn, _first
    _turn, _first = threading.Lock(), None


if _file != -1:
    os.register_at_fork(after_in_child=_begin_anew)
