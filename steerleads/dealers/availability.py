"""Who can be given leads: a switch that each person has, hours of their own, and how many leads they have at most."""

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _

from steerleads.dealers import audit
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.hours.schedule import WEEKDAYS, Week
from steerleads.dealers.models import Membership, User
from steerleads.dealers.staff import StaffRefused

TOLD_AS = {"week": "own_hours", "most_open": "most_open_leads"}  # in the audit log
# Sent with `dealership`, in the transaction that changes when somebody of its staff can be given leads.
availability_changed = Signal()


def can_be_given_leads(membership: Membership, now: datetime, tz: tzinfo) -> bool:
    """Whether somebody works there, is switched to available, and is within their own hours, if they have some."""
    return membership.user.is_active and membership.is_available and _is_within(membership.week, now.astimezone(tz))


@transaction.atomic
def set_availability(membership: Membership, fields: Mapping[str, Any], *, by: User | None) -> Membership:
    """The Membership with these clean fields: `is_available`, `most_open`, and `week`, {weekday: hours}.

    Days that the week lacks stay; with no hours on any day, they have none of their own. Whoever deals leads out holds
    the membership, too: once this has ended, nobody is dealt a lead who is switched off. Raises StaffRefused.
    """
    rows = Membership.objects.select_for_update(of=("self",), no_key=True).select_related("user", "dealership")
    row = rows.filter(pk=membership.pk).first()
    if row is None:
        raise StaffRefused(_("This colleague is not there any more."))
    if "week" in fields:
        fields = {**fields, "week": _whole_week(row.week, fields["week"])}
    changed = sorted(name for name, value in fields.items() if getattr(row, name) != value)
    if changed:
        for name in changed:
            setattr(row, name, fields[name])
        row.save(update_fields=changed)
        _record(row, by, changed)
        availability_changed.send(sender=Membership, dealership=row.dealership)
    return row


def _record(row, by, changed):
    details = {"available": row.is_available} if "is_available" in changed else {}
    if others := [TOLD_AS[name] for name in changed if name in TOLD_AS]:
        details["changed"] = others
    who = {"actor": Actor.by(by), "dealership": row.dealership, "subject": row.user}
    audit.record(AuditKind.AVAILABILITY_CHANGED, **who, **details)


def _whole_week(before, days):
    week = {day: [] for day in WEEKDAYS} | (before or {}) | days
    return week if any(week.values()) else None


def _is_within(week, local):
    if not week:
        return True
    minute = 60 * local.hour + local.minute
    return any(opens <= minute < closes for opens, closes in Week.of(date.min, week).days[local.weekday()])
