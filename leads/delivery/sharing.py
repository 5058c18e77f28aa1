"""How a worker's threads are shared: among kinds of destinations, and among dealerships."""

import threading
from collections import Counter

from leads.delivery.models import Rule, Webhook


class Threads:
    """Counts who holds a worker's threads, and says who gets one next. A `turn` is (model, whether it fails)."""

    def __init__(self, number):
        self.number = number
        self._lock = threading.Lock()
        self._held = Counter()  # {(turn, dealership's id): threads}

    def count(self, turn, dealership_id, change):
        with self._lock:
            self._held[turn, dealership_id] += change
            self._held = +self._held

    def turns(self):
        """(turn, how many more may be claimed): first a few each for rules and for what fails, so that webhooks with
        long queues do not keep them waiting; and never so many that those would wait."""
        few, half = max(self.number // 4, 1), max(self.number // 2, 1)
        turns = [(Rule, False, few), (Rule, True, few), (Webhook, True, few)]
        for *turn, most in [*turns, (Webhook, False, self.number), (Webhook, True, half)]:
            yield tuple(turn), min(self._free(), most - self._by_dealership(tuple(turn)).total())

    def share(self, turn, most, waiting):
        """Of (id, dealership's id), in order, the ids that get a thread.

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
