"""What names a person who leaves the staff, in whichever app: found, taken off or handed over, and erased in the end.

Imports point down, so the apps above register a Keeper of what they keep, when they are ready.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from steerleads.dealers.keys import revoke_keys_of
from steerleads.dealers.models import ApiKey, Membership, User

_keepers = []


@dataclass(frozen=True)
class Leaver:
    """Somebody to be erased, under all `names` that history may have them by."""

    email: str
    names: frozenset
    dealership_ids: frozenset | None  # where they worked; None: a superuser, who works everywhere

    def names_in(self, dealership):
        """A name alone may be a namesake's, where they have never worked."""
        worked = self.dealership_ids is None or dealership.pk in self.dealership_ids
        return {self.email, *self.names} if worked else {self.email}


@dataclass(frozen=True)
class Handover:
    """Where the open work of who leaves goes: to a User, to nobody, or dealt out to those who are available."""

    to: User | None = None
    is_dealt: bool = False


class Keeper:
    """What an app keeps that names people. An app has what it needs of these."""

    def named(self, user, dealership):
        """[text] of what names them, as a manager reads it."""
        return []

    def open_work(self, user, dealership):
        """How much they have that is still to be done."""
        return 0

    def hand_over(self, user, dealership, *, handover, actor):
        """Give that away, as a Handover says. Before `take_off`."""

    def take_off(self, user, dealership, *, successor, actor):
        """Take them off it, or hand it over to `successor`, a User, if there is one."""

    def erase(self, leaver):
        """{what: how many} of what had their name or address, and has it no more."""
        return {}


def register(keeper):
    _keepers.append(keeper)


def named(user, dealership):
    """[text] of everything that names a person, for who takes them out of the staff."""
    return [text for keeper in _keepers for text in keeper.named(user, dealership)]


def open_work(user, dealership):
    """How much a person has that is still to be done."""
    return sum(keeper.open_work(user, dealership) for keeper in _keepers)


def take_off(user, dealership, *, successor, actor, handover=None):
    """Without a Handover, `successor` has the open work, too."""
    for keeper in _keepers:
        keeper.hand_over(user, dealership, handover=handover or Handover(successor), actor=actor)
    for keeper in _keepers:
        keeper.take_off(user, dealership, successor=successor, actor=actor)


def erase(leaver):
    """{what: how many} over all apps."""
    return {what: count for keeper in _keepers for what, count in keeper.erase(leaver).items()}


def successors(membership):
    """Colleagues who may take over."""
    colleagues = Membership.objects.filter(dealership=membership.dealership_id, user__is_active=True)
    return colleagues.exclude(pk=membership.pk).select_related("user").order_by("user__email")


class KeysOfPeople(Keeper):
    """API keys are a dealership's; that somebody has made one says who may know its secret. Some act for a person."""

    def named(self, user, dealership):
        keys = ApiKey.objects.filter(dealership=dealership, revoked_at=None)
        made = [_("API key that they made, and may know: %(key)s") % {"key": key} for key in keys.filter(made_by=user)]
        acting = keys.filter(person__user=user)
        return made + [_("API key that acts for them, and ends: %(key)s") % {"key": key} for key in acting]

    def take_off(self, user, dealership, *, successor, actor):
        """Keys that act for the person end: nobody inherits somebody's acts."""
        revoke_keys_of(user, dealership, actor=actor)
        ApiKey.objects.filter(dealership=dealership, made_by=user).update(made_by=successor)
