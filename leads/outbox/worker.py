"""The worker: tells what is committed, and sends what is due. As many as one likes, on one machine or many."""

import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from django.db import close_old_connections, connections
from django.utils import timezone

from leads.outbox import ahead, claims
from leads.outbox.chores import all_chores, all_hourly
from leads.outbox.due import anything_due
from leads.outbox.housekeeping import forget_old
from leads.outbox.senders import all_senders
from leads.outbox.sending import send
from leads.outbox.sharing import Threads
from leads.outbox.telling import tell_all
from steerleads.api.errors import DATABASE_ERRORS
from steerleads.db.clock import APART
from steerleads.db.remains import forget_samples_in_time
from steerleads.dealers import ahead as dealers_ahead
from steerleads.dealers import limits, mailing

PAUSE = 0.5  # seconds between two looks
LONGEST_PAUSE = 10  # while the database is away
TURN = 10  # seconds that a destination with a long queue is served before others get the thread
THREADS = 16
SECONDS_BETWEEN_LOOKS = 60  # though nothing seems due
SECONDS_BETWEEN_CLEANINGS = 3600

log = logging.getLogger(__name__)


class Worker:
    """Runs until `stop()`; what it holds then is finished."""

    def __init__(self, *, threads: int = THREADS, clock: Callable[[], datetime] = timezone.now):
        self.threads, self.clock = Threads(threads), clock
        self.stopping, self.wake = threading.Event(), threading.Event()
        self.mailing = threading.Lock()  # held while mails to staff are sent
        self.doing_chores = threading.Lock()
        self.look_by = self.cleaned_at = self.dated_at = None
        self.offset = -math.inf  # of the clock to the one that nobody sets

    def stop(self) -> None:
        self.stopping.set()
        self.wake.set()

    def run(self) -> None:
        pause = PAUSE
        with ThreadPoolExecutor(self.threads.number + 3, thread_name_prefix="deliver") as pool:
            while not self.stopping.is_set():
                try:
                    if self.look(lambda serve, *args: pool.submit(self._in_thread, serve, *args)):
                        continue
                    pause = PAUSE
                except DATABASE_ERRORS:
                    log.warning("The database cannot be used. Trying again in %.0f s.", pause)
                    connections.close_all()
                    pause = min(pause * 2, LONGEST_PAUSE)
                except Exception:
                    log.exception("Looking for what is due failed. Trying again.")
                self.wake.wait(pause)
                self.wake.clear()
        connections.close_all()

    def look(self, submit: Callable) -> bool:
        """Tell, claim, and give each claimed destination to `submit`; whether there was anything to do."""
        self._mind_the_clock()
        busy = self._is_worth_it() and self._take_up(submit)
        self._clean(submit)
        return busy

    def _is_worth_it(self):
        """An idle worker asks one cheap question; and looks, now and then, for what that might miss."""
        if self.look_by is not None and time.monotonic() < self.look_by and not anything_due(self.clock()):
            return False
        self.look_by = time.monotonic() + SECONDS_BETWEEN_LOOKS
        return True

    def _take_up(self, submit):
        busy = tell_all(now=self.clock())
        for turn, most in self.threads.turns():
            (sender, failing), choose = turn, partial(self.threads.share, turn, most)
            for destination in claims.claim(sender, now=self.clock(), choose=choose, most=most, failing=failing):
                self.threads.count(turn, destination.dealership_id, 1)
                submit(self._serve, destination, turn)
                busy = True
        self._take_up_once(self.mailing, self._send_mails, submit)
        self._take_up_once(self.doing_chores, self._do_chores, submit)
        return busy

    def _take_up_once(self, lock, work, submit):
        """In a thread that no destination gets: a mail server, or a long import, may take its time."""
        if lock.acquire(blocking=False):
            submit(work)

    def drain(self) -> None:
        """Do all that is due by the clock in this thread."""
        while self.look(lambda serve, *args: serve(*args)):
            pass

    def _serve(self, destination, turn):
        try:
            self._send_what_is_due(destination)
        except DATABASE_ERRORS:
            log.warning("The database cannot be used. A lease ends by itself.")
            connections.close_all()
        except Exception:
            log.exception("Serving a destination failed. Its lease ends by itself.")
        finally:
            self.threads.count(turn, destination.dealership_id, -1)
            self.wake.set()

    def _send_mails(self):
        try:
            while not self.stopping.is_set() and (mail := mailing.claim(now=self.clock())):
                mailing.send(mail, clock=self.clock)
        except DATABASE_ERRORS:
            log.warning("The database cannot be used. A mail's lease ends by itself.")
            connections.close_all()
        except Exception:
            log.exception("Sending mails to staff failed. A mail's lease ends by itself.")
        finally:
            self.mailing.release()

    def _do_chores(self):
        try:
            for chore in all_chores():
                with _apart(type(chore).__name__):
                    if chore.due(self.clock()).exists():
                        chore.work(self.clock, self.stopping.is_set)
        finally:
            self.doing_chores.release()

    def _in_thread(self, serve, *args):
        try:
            serve(*args)
        finally:
            connections.close_all()

    def _send_what_is_due(self, destination):
        until = time.monotonic() + TURN
        while not self.stopping.is_set() and time.monotonic() < until:
            fresh = claims.renew(destination, now=self.clock())
            delivery = fresh and claims.next_due(fresh, now=self.clock())
            if not delivery:
                break
            destination = fresh
            send(destination, delivery, clock=self.clock)
        claims.release(destination, now=self.clock())

    def _mind_the_clock(self):
        """Now and then, and as soon as it was set back: what is stored from the future is dated back."""
        offset, due = self.clock().timestamp() - time.monotonic(), time.monotonic() - SECONDS_BETWEEN_CLEANINGS
        was_set_back = offset < self.offset - APART.total_seconds()
        if was_set_back or self.dated_at is None or self.dated_at < due:
            now = self.clock()
            dealers_ahead.date_all_back(now)
            ahead.date_all_back(now)
            self.dated_at = time.monotonic()
        self.offset = offset

    def _clean(self, submit):
        """A batch at a time: whatever is to be sent comes first."""
        is_time = self.cleaned_at is None or time.monotonic() - self.cleaned_at > SECONDS_BETWEEN_CLEANINGS
        if is_time and not forget_old(now=self.clock()):
            self.cleaned_at = time.monotonic()
            # In the one thread that no destination gets: a mail server and large tables may take their time.
            submit(self._see_to_the_rest)

    def _see_to_the_rest(self):
        for sender in all_senders():
            with _apart(type(sender).__name__):
                sender.see_to_the_rest()
        for do in all_hourly():
            with _apart(do.__name__):
                do(self.clock())
        with _apart(forget_samples_in_time.__name__):
            forget_samples_in_time()
        with _apart(limits.forget_ended.__name__):
            limits.forget_ended(now=self.clock())


@contextmanager
def _apart(name):
    """A piece of work that keeps no other from its turn when it fails: its own turn comes again."""
    try:
        yield
    except DATABASE_ERRORS:
        log.warning("The database cannot be used. The worker comes back to %s later.", name)
        close_old_connections()
    except Exception:
        log.exception("%s failed. The worker comes back to it later.", name)
