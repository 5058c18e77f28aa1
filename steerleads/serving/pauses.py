"""How long to wait before a process that died is begun again."""

import time

LONGEST = 60  # seconds


class Pauses:
    """None at first, then 1, 2, 4, … 60 seconds. What has lived for longer than a minute is forgiven all."""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._next, self._began_at = 0, clock()

    def after_death(self):
        """Seconds to wait from now on."""
        lived = self._clock() - self._began_at
        pause = 0 if lived > LONGEST else self._next
        self._next = min(LONGEST, max(1, pause * 2))
        self._began_at = self._clock() + pause
        return pause
