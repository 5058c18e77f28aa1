"""What notification rules and deliveries keep of staff: whom rules tell, and the marks of who was told."""

from django.utils.translation import gettext as _

from leads.delivery.channels.email import mark_of
from leads.delivery.models import Body, Delivery, Rule
from leads.delivery.recipients import addresses_in
from leads.delivery.rules import change_rule
from steerleads.api import json
from steerleads.dealers.leaving import Keeper
from steerleads.dealers.models import Dealership

BATCH = 500


class RulesOfPeople(Keeper):
    def named(self, user, dealership):
        return [_("Notification rule: %(rule)s") % {"rule": rule} for rule in _naming(dealership, user.email)]

    def take_off(self, user, dealership, *, successor, actor):
        _take_off(dealership, user.email, instead=successor and successor.email, actor=actor)

    def erase(self, leaver):
        found = {"rules": 0, "deliveries": 0, "bodies": 0}
        for dealership in Dealership.objects.all():
            found["rules"] += _take_off(dealership, leaver.email)
            found["deliveries"] += _forget_mark(dealership, mark_of(leaver.email))
            found["bodies"] += _forget_bodies(dealership, leaver.names_in(dealership))
        return found


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
    """The addresses but this one, in its place perhaps another."""
    kept = [address for address in addresses_in(to) if address.lower() != email.lower()]
    return kept if not instead or instead.lower() in _lowered(to) else [*kept, instead]


def _lowered(to):
    return {address.lower() for address in addresses_in(to)}


def _forget_mark(dealership, mark):
    told = [row for row in Delivery.objects.of(dealership).exclude(reached=[]).iterator() if mark in row.reached]
    for delivery in told:
        left = [other for other in delivery.reached if other != mark]
        Delivery.objects.of(dealership).filter(pk=delivery.pk).update(reached=left)
    return len(told)


def _forget_bodies(dealership, names):
    """Messages wait with who did something in them; they are made anew."""
    names = [json.render(name).decode()[1:-1] for name in names]
    waiting = Body.objects.of(dealership).values_list("pk", "text").iterator()
    naming = [pk for pk, text in waiting if any(name in text for name in names)]
    for start in range(0, len(naming), BATCH):
        Body.objects.of(dealership).filter(pk__in=naming[start : start + BATCH]).delete()
    return len(naming)
