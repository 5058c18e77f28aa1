"""Erases somebody who worked here: name and address, wherever they stand."""

from collections import Counter

from django.db import transaction

from steerleads.dealers import audit, leaving, password_tries, staff
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.models import Dealership, User


def erase(user, *, worked=(), handover=None):
    """{what: how many} of what had a person's name or address, and has it no more; the account is gone.

    `worked` are Dealerships where they did, beside those that are still known; `handover` (leaving.Handover) is where
    their open work goes, else to nobody. Raises StaffRefused.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        leaver = _leaver(user, worked)
        counts = Counter(leaving.erase(leaver))
        if user.is_active:
            staff.shut_account(user, handover=handover)
            counts.update(leaving.erase(leaver))  # history tells by name what they were taken off
        counts["entries of the audit log"] = audit.forget(user)
        password_tries.forget(user.email)
        user.delete()
        for dealership in Dealership.objects.filter(pk__in=leaver.dealership_ids or ()) or [None]:
            audit.record(AuditKind.PERSON_ERASED, dealership=dealership)
    return {"accounts": 1, **counts}


def _leaver(user, worked):
    names = {Actor.of_user(user).name, *audit.names_of(user)} - {user.email}
    ids = audit.dealerships_of(user) | {dealership.pk for dealership in worked}
    if membership := getattr(user, "membership", None):
        ids.add(membership.dealership_id)
    if names and not ids and not user.is_superuser:
        raise staff.StaffRefused(
            f"It is not known any more where {user.email} worked. Say it with --dealership, for history has names only."
        )
    return leaving.Leaver(user.email, frozenset(names), None if user.is_superuser else frozenset(ids))
