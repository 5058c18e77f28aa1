"""Whoever leaves the staff gets no digest any more."""

from leads.analytics.digest.switching import switch_off
from steerleads.dealers.leaving import Keeper


class DigestsOfPeople(Keeper):
    def take_off(self, user, dealership, *, successor, actor):
        switch_off(user)
