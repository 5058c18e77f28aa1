"""What rules and their deliveries keep of staff: whom rules tell, and the marks of who was told."""

from django.utils.translation import gettext as _

from leads.notifications.actions import change_rule
from leads.notifications.channels.email import mark_of
from leads.notifications.models import Rule
from leads.notifications.recipients import parts_in
from leads.outbox.models import Delivery
from steerleads.dealers.leaving import Keeper
from steerleads.dealers.models import Dealership


class RulesOfPeople(Keeper):
    def named(self, user, dealership):
        return [_("Notification rule: %(rule)s") % {"rule": rule} for rule in _naming(dealership, user.email)]

    def take_off(self, user, dealership, *, successor, actor):
        _take_off(dealership, user.email, instead=successor and successor.email, actor=actor)

    def erase(self, leaver):
        counts = {"rules": 0, "deliveries": 0}
        for dealership in Dealership.objects.all():
            counts["rules"] += _take_off(dealership, leaver.email)
            counts["deliveries"] += _forget_mark(dealership, mark_of(leaver.email))
        return counts


def _take_off(dealership, email, *, instead=None, actor=None):
    """How many rules no longer tell this address. One that would tell nobody any more is switched off."""
    naming = _naming(dealership, email)
    for rule in naming:
        left = _without(rule.to, email, instead)
        off = {} if left else {"is_on": False}
        change_rule(rule, {"to": ", ".join(left), **off}, actor=actor)
    return len(naming)


def _naming(dealership, email):
    rules = Rule.objects.of(dealership).select_related("dealership").filter(channel=Rule.EMAIL)
    return [rule for rule in rules if email.lower() in _lowered(rule.to)]


def _without(to, email, instead=None):
    """All whom it names but this address, in its place perhaps another."""
    kept = [part for part in parts_in(to) if part.lower() != email.lower()]
    return kept if not instead or instead.lower() in _lowered(to) else [*kept, instead]


def _lowered(to):
    return {part.lower() for part in parts_in(to)}


def _forget_mark(dealership, mark):
    marked = Delivery.objects.of(dealership).exclude(delivered_to=[]).iterator()
    having = [delivery for delivery in marked if mark in delivery.delivered_to]
    for delivery in having:
        left = [other for other in delivery.delivered_to if other != mark]
        Delivery.objects.of(dealership).filter(pk=delivery.pk).update(delivered_to=left)
    return len(having)
