"""Runs the product in granian: worker processes that finish what they have begun, and never outlive their parent."""

import copy
import ctypes
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections import defaultdict

from django.conf import settings
from django.db import connection
from granian import Granian
from granian.http import HTTP1Settings
from granian.log import LogLevels

from steerleads.operations import counters  # noqa: F401  its memory must be there before the workers are
from steerleads.serving.pauses import Pauses

log = logging.getLogger(__name__)

SECONDS_TO_FINISH = 30  # for requests in flight, once the server is told to stop
SECONDS_FOR_HEADERS = 15
SECONDS_TO_REMIND = 2
MOST_CONNECTIONS = 1024  # of one worker, idle ones included
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


class CannotListen(Exception):
    """The message says why, and what would be right."""


def serve(address, port, *, workers, threads, when_ready):
    """Serve at an address that `free_address` gave, until SIGTERM or SIGINT; call `when_ready` once it answers.

    Each worker has `threads` requests in work at a time. Workers that die are replaced, with growing pauses.
    """
    os.environ["SERVE_THREADS"] = str(threads)  # `steerleads.asgi` is loaded by the workers
    server = Granian(
        "steerleads.asgi:application",
        address=address,
        port=port,
        interface="asginl",
        workers=workers,
        backpressure=MOST_CONNECTIONS,
        http="1",
        http1_settings=HTTP1Settings(header_read_timeout=SECONDS_FOR_HEADERS * 1000),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_FINISH,
        # The access log is our middleware's, which writes no query and no key.
        log_access=False,
        log_level=LogLevels.error,
        log_dictconfig=copy.deepcopy(settings.LOGGING),
    )
    server.respawned_wrks = renewals = _Renewals()
    _let_go_of_the_database()
    _mind_the_workers(renewals)
    _hear_when_to_stop(server)
    threading.Thread(target=_wait_until_ready, args=(address, port, when_ready), daemon=True).start()
    try:
        server.serve()
    except SystemExit:
        # A signal to the whole group may end workers before the main process has heard it. That is no failure.
        if not server.interrupt_signal:
            raise


def free_address(host, port):
    """The host's address as granian wants it. Raises CannotListen.

    Granian's own sockets would share the port with another granian's silently, so this one tries it alone.
    """
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CannotListen(f"Cannot listen on {host}:{port}: {reason}. Choose another --port or --host.") from None
    return where[0]


def _wait_until_ready(address, port, when_ready):
    while True:
        try:
            socket.create_connection((address, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return when_ready()


def _let_go_of_the_database():
    """A worker that inherited a connection would talk in the middle of its parent's."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()


class _Renewals(dict):
    """Granian's memory of when it last replaced which worker, by its index; it writes here just before it does.

    From a second death within 5.5 s it would conclude that the whole server has to end, with the workers that are well.
    So it is told of none. `pause` is how many seconds the next worker waits before it begins.
    """

    def __init__(self):
        super().__init__()
        self.pause, self._pauses = 0, defaultdict(Pauses)

    def get(self, index, default=None):
        return default

    def __setitem__(self, index, now):
        self.pause = self._pauses[index].after_death()
        log.warning("Worker %d died. Another begins %s.", index + 1, f"in {self.pause} s" if self.pause else "at once")


def _hear_when_to_stop(server):
    """SIGTERM, Ctrl+C, or a closed terminal, unless nohup said otherwise: there, granian would only renew its workers.

    Workers are told again and again: one that is told while it is being born may miss it (seen).
    """
    main, by_nohup = os.getpid(), signal.getsignal(signal.SIGHUP) == signal.SIG_IGN

    def stop(*args):
        if os.getpid() == main:  # not a worker that has not set handlers of its own yet
            server.signal_handler_interrupt(*args)
            threading.Thread(target=remind, daemon=True).start()

    def remind():
        while True:
            time.sleep(SECONDS_TO_REMIND)
            for worker in list(server.wrks):
                worker.terminate()

    @server.on_startup
    def hear():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN if by_nohup else stop)


def _mind_the_workers(renewals):
    """Give every worker, also those that replace dead ones, its first steps."""
    main, is_worker = os.getpid(), False

    def begin_as_worker():
        nonlocal is_worker
        if is_worker:  # a program that a worker starts
            return
        is_worker = True
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != main:  # it died before the line above
            os._exit(1)
        # The parent's handlers came along, and would swallow a SIGTERM until granian has set the worker's own.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # Ctrl+C and a closed terminal reach the whole group, but the parent decides, and sends SIGTERM: a worker that
        # gets one of each hangs. Blocked rather than ignored, because granian sets handlers of its own later.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
        time.sleep(renewals.pause)  # here, where the parent goes on, and a SIGTERM ends it

    if sys.platform == "linux":
        multiprocessing.set_start_method("fork", force=True)  # Python 3.14's default would skip these steps
    os.register_at_fork(after_in_child=begin_as_worker)
