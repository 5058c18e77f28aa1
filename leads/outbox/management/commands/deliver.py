"""Runs a delivery worker."""

import logging
import os
import signal
import threading
import time

from django.core.management.base import BaseCommand

from leads.outbox.worker import THREADS, Worker

log = logging.getLogger("steerleads.deliver")


class Command(BaseCommand):
    help = (
        "Send webhooks and notifications, in the foreground. Run as many as you like, on one machine or many. "
        "SIGTERM and Ctrl+C let what is on its way finish."
    )

    def add_arguments(self, parser):
        parser.add_argument("--threads", type=int, default=THREADS, help=f"messages at a time (default: {THREADS})")
        parser.add_argument("--once", action="store_true", help="send what is due now, and end")
        parser.add_argument("--parent", type=int, help="end when the process with this id is no longer the parent")

    def handle(self, *, threads, once, parent, **options):
        worker = Worker(threads=max(threads, 1))
        if once:
            return worker.drain()
        stop_on = [signal.SIGTERM, signal.SIGINT]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup asks
            stop_on.append(signal.SIGHUP)
        for number in stop_on:
            # In a thread: what a handler interrupts may hold the very lock that stopping takes.
            signal.signal(number, lambda *_: threading.Thread(target=worker.stop, daemon=True).start())
        if parent:
            threading.Thread(target=_end_with, args=(parent, worker), daemon=True).start()
        log.info("Delivering webhooks and notifications.")
        worker.run()


def _end_with(parent, worker):
    """A server that was killed leaves no worker behind."""
    while os.getppid() == parent:
        time.sleep(1)
    worker.stop()
