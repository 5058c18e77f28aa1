"""A few threads that work for an event loop: Django's code waits for the database in one of them, not in the loop."""

import asyncio
import threading
from queue import SimpleQueue


class Threads:
    """`count` threads, which begin with the first call: before that, a process may be forked.

    The standard library's executor does the same, with locks and futures of its own that take as long as a small request.
    """

    def __init__(self, count):
        self._count, self._calls = count, None

    async def run(self, call, *arguments):
        """What the call gives or raises, as soon as a thread is free for it."""
        if self._calls is None:
            self._begin()
        loop = asyncio.get_running_loop()
        outcome = loop.create_future()
        self._calls.put((loop, outcome, call, arguments))
        return await outcome

    def _begin(self):
        self._calls = SimpleQueue()
        for number in range(self._count):
            threading.Thread(target=self._work, name=f"work-{number + 1}", daemon=True).start()

    def _work(self):
        while True:
            loop, outcome, call, arguments = self._calls.get()
            try:
                say, result = outcome.set_result, call(*arguments)
            except BaseException as error:  # also of what a thread should not survive: somebody waits for an outcome
                say, result = outcome.set_exception, error
            loop.call_soon_threadsafe(_settle, outcome, say, result)
            del loop, outcome, call, arguments, say, result  # or they would live until the next call


def _settle(outcome, say, result):
    if not outcome.cancelled():
        say(result)
