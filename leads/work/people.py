"""Who works at a dealership, by the ids of memberships, and who has left it: to be assigned, and to be named."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from leads.work.errors import InvalidAssignee
from leads.work.models import FormerColleague
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Dealership, Membership, User


class Colleague(NamedTuple):
    """Somebody of the staff. Who has left is not active any more."""

    id: UUID
    name: str
    role: str
    is_active: bool


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
    return _colleague(membership)


def colleague_of(dealership: Dealership, user: User, *, hold: bool = False) -> Colleague | None:
    """Who somebody is at a dealership; with `hold`, they are given no lead before the transaction ends."""
    memberships = Membership.objects.filter(dealership=dealership, user=user).select_related("user")
    memberships = memberships.select_for_update(of=("self",)) if hold else memberships
    membership = memberships.first()
    return _colleague(membership) if membership else None


def _staff(dealership: Dealership) -> Iterator[Colleague]:
    yield from map(_colleague, Membership.objects.filter(dealership=dealership).select_related("user"))
    for former in FormerColleague.objects.of(dealership):
        yield Colleague(former.pk, former.name, former.role, False)


def _colleague(membership: Membership) -> Colleague:
    """By the name that history would have, too."""
    user = membership.user
    return Colleague(membership.pk, Actor.of_user(user).name, membership.role, user.is_active)
