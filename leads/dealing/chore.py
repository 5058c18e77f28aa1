"""Dealing leads out as the worker knows it: new leads, each in its turn, and mails to managers while nobody is there."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from leads.dealing import mails
from leads.dealing.models import WaitingMail
from leads.outbox.chores import Chore
from leads.work import dealing
from leads.work.dealing import Outcome, deal_next
from leads.work.models import Turns
from steerleads.api.errors import DATABASE_ERRORS
from steerleads.db.clock import date_back
from steerleads.dealers.models import Dealership

TURN = 10  # seconds, after which other chores come
LONGEST_WAIT = timedelta(days=1)  # of a mail: quiet hours

log = logging.getLogger(__name__)


class Dealing(Chore):
    def due(self, now: datetime | Combinable) -> QuerySet[Dealership]:
        return dealing.due(now)

    def work(self, clock: Callable[[], datetime], stopping: Callable[[], bool]) -> None:
        """A lead of each dealership in turn, so that a large one delays no other."""
        under_way = list(self.due(clock()))
        until = time.monotonic() + TURN
        while under_way and not stopping() and time.monotonic() < until:
            under_way = [each for each in under_way if not stopping() and _has_more(each, clock())]


class WaitingMails(Chore):
    def due(self, now: datetime | Combinable) -> QuerySet[WaitingMail]:
        return mails.due(now)

    def work(self, clock: Callable[[], datetime], stopping: Callable[[], bool]) -> None:
        while not stopping() and (mail := mails.claim(now=clock())):
            mails.send(mail, clock=clock)


def date_all_back(now: datetime) -> None:
    """What a clock that was ahead has planned: it is looked at in time."""
    date_back(Turns.objects.all(), "look_at", now, ahead=dealing.LOOK_AGAIN)
    date_back(WaitingMail.objects.all(), "next_at", now, ahead=LONGEST_WAIT)


def deal_one(dealership: Dealership, now: datetime) -> Outcome:
    """Deal the next lead out; with the first one that finds nobody, managers are mailed."""
    with transaction.atomic():
        outcome = deal_next(dealership, now=now)
        if outcome is Outcome.BEGINS_TO_WAIT:
            mails.post(dealership, now=now)
    return outcome


def _has_more(dealership: Dealership, now: datetime) -> bool:
    """After its next lead. What goes wrong with one dealership stops no other."""
    try:
        return deal_one(dealership, now) is Outcome.SEEN_TO
    except DATABASE_ERRORS:
        raise
    except Exception:
        log.exception("Dealing out the leads of dealership %s failed.", dealership.pk)
        return False
