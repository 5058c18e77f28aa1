"""A dealership that deals its leads out in turn, and leads of customers who have never been there before."""

from itertools import count

from django.utils import timezone

from conftest import make_lead
from leads.feed import number_events
from leads.work.dealing import Outcome, deal_next
from leads.work.models import Work
from steerleads.dealers.dealerships import change_dealership
from steerleads.dealers.models import Assigning

NUMBERS = count(600_000_000)


def in_turn(dealership):
    return change_dealership(dealership, {"assigning": Assigning.ROUND_ROBIN})


def new_lead(car, **fields):
    return make_lead(car, **{"target_info": f"+212{next(NUMBERS)}", **fields})


def deal(dealership, now=None):
    """Deal out all that there is: the last Outcome."""
    number_events(dealership)
    while (outcome := deal_next(dealership, now=now or timezone.now())) is Outcome.SEEN_TO:
        pass
    return outcome


def dealt(*leads):
    """The ids of those who have these leads, or None."""
    return [Work.objects.filter(lead=lead).values_list("assignee", flat=True).first() for lead in leads]
