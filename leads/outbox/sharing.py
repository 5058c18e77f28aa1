"""How a worker's threads are shared: among kinds of destinations, and among dealerships."""

import threading
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from leads.outbox.claims import Waiting
from leads.outbox.senders import Sender, all_senders

Turn = tuple[Sender, bool]  # whose destinations, and whether those that fail


class Threads:
    """Counts who holds a worker's threads, and says who gets one next."""

    def __init__(self, number: int):
        self.number = number
        self._lock = threading.Lock()
        self._held = Counter()  # {(turn, dealership's id): threads}

    def count(self, turn: Turn, dealership_id: UUID, change: int) -> None:
        with self._lock:
            self._held[turn, dealership_id] += change
            self._held = +self._held

    def turns(self) -> Iterator[tuple[Turn, int]]:
        """(turn, how many more may be claimed): first a few each for short queues and for what fails, so that long
        queues do not keep them waiting; and never so many that those would wait."""
        few, half = max(self.number // 4, 1), max(self.number // 2, 1)
        short = [sender for sender in all_senders() if not sender.has_long_queues]
        long = [sender for sender in all_senders() if sender.has_long_queues]
        turns = [((sender, failing), few) for sender in short for failing in (False, True)]
        turns += [((sender, True), few) for sender in long]
        turns += [((sender, False), self.number) for sender in long]
        turns += [((sender, True), half) for sender in long]
        for turn, most in turns:
            yield turn, min(self._free(), most - self._by_dealership(turn).total())

    def share(self, turn: Turn, most: int, waiting: Waiting) -> list[UUID]:
        """Of those that wait, in order, the ids that get a thread.

        No dealership gets one that holds as many as are left: so half is the most for the first, a quarter for the
        second that comes, and there is one for whoever comes next. The same within the room of this turn.
        """
        chosen, free, held, held_of_turn = [], self._free(), self._by_dealership(), self._by_dealership(turn)
        for pk, dealership in waiting:
            if held[dealership] < free and held_of_turn[dealership] < most:
                chosen.append(pk)
                held[dealership] += 1
                held_of_turn[dealership] += 1
                free, most = free - 1, most - 1
        return chosen

    def _free(self):
        return self.number - self._by_dealership().total()

    def _by_dealership(self, turn=None):
        """{dealership's id: how many threads serve it}: in all, or of one turn."""
        held = Counter()
        with self._lock:
            for (of_turn, dealership), threads in self._held.items():
                if turn in (None, of_turn):
                    held[dealership] += threads
        return held
