"""Who works at a dealership, by the ids of memberships, and who has left it: to be assigned, and to be named."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from leads.work.errors import InvalidAssignee
from leads.work.models import FormerColleague
from steerleads.dealers.actors import Actor
from steerleads.dealers.availability import can_be_given_leads
from steerleads.dealers.models import Dealership, Membership, User


class Colleague(NamedTuple):
    """Somebody of the staff. Who has left is not active any more."""

    id: UUID
    name: str
    role: str
    is_active: bool
    is_available: bool = False  # for new leads, at the moment when it was read


def staff_of(dealership: Dealership) -> list[Colleague]:
    """All who work there, and behind them those who have left, each by name."""
    return sorted(_staff(dealership), key=lambda each: (not each.is_active, each.name.casefold(), each.id))


def names_of(dealership: Dealership) -> dict[UUID, str]:
    return {each.id: each.name for each in _staff(dealership)}


def held(dealership: Dealership, colleague_id: UUID) -> Colleague:
    """Somebody who is to be assigned, and cannot leave before the transaction ends. Raises InvalidAssignee.

    To be called before a lead is locked: who takes somebody out of the staff locks in the same order.
    """
    found = Membership.objects.filter(dealership=dealership, pk=colleague_id).select_related("user")
    membership = found.select_for_update(of=("self",), no_key=True).first()
    if membership is None or not membership.user.is_active:
        raise InvalidAssignee()
    return colleague_in(dealership, membership)


def colleague_of(dealership: Dealership, user: User, *, hold: bool = False) -> Colleague | None:
    """Who somebody is at a dealership; with `hold`, they are given no lead before the transaction ends."""
    memberships = Membership.objects.filter(dealership=dealership, user=user).select_related("user")
    memberships = memberships.select_for_update(of=("self",)) if hold else memberships
    membership = memberships.first()
    return colleague_in(dealership, membership) if membership else None


def held_pair(dealership: Dealership, user: User, successor: User | None) -> tuple[Colleague | None, Colleague | None]:
    """Who leaves and who takes over, both held, in the order in which everybody holds several."""
    memberships = Membership.objects.filter(dealership=dealership, user__in=[user, successor or user])
    held = memberships.select_related("user").order_by("pk").select_for_update(of=("self",), no_key=True)
    found = {each.user_id: colleague_in(dealership, each) for each in held}
    return found.get(user.pk), found.get(successor.pk) if successor else None


def held_staff(dealership: Dealership) -> dict[UUID, Membership]:
    """All who work there, by the id, in the order of their ids, held as `held` does: nobody leaves or is switched off."""
    memberships = Membership.objects.filter(dealership=dealership).select_related("user").order_by("pk")
    return {each.pk: each for each in memberships.select_for_update(of=("self",), no_key=True)}


def _staff(dealership: Dealership) -> Iterator[Colleague]:
    for membership in Membership.objects.filter(dealership=dealership).select_related("user"):
        yield colleague_in(dealership, membership)
    for former in FormerColleague.objects.of(dealership):
        yield Colleague(former.pk, former.name, former.role, False)


def colleague_in(dealership: Dealership, membership: Membership) -> Colleague:
    """By the name that history would have, too."""
    user, is_available = membership.user, can_be_given_leads(membership, timezone.now(), dealership.tz)
    return Colleague(membership.pk, Actor.of_user(user).name, membership.role, user.is_active, is_available)
