"""The verbs of hours: opening hours, special days, quiet hours and targets; and the signal for those who plan by them.

Whoever writes holds the dealership's Hours, so that one waits for another.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from steerleads.dealers import audit
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.hours.errors import (
    MOST_SPECIAL_DAYS,
    HoursNotFound,
    SpecialDayAlreadyThere,
    TooManySpecialDays,
    WeekAlreadyThere,
)
from steerleads.dealers.hours.models import Hours, OpeningWeek, SpecialDay
from steerleads.dealers.hours.schedule import WeekHours
from steerleads.dealers.models import Dealership

# Sent with `dealership`, in the transaction that changes its hours.
hours_changed = Signal()


@transaction.atomic
def set_hours(dealership: Dealership, fields: Mapping[str, Any], *, actor: Actor | None = None) -> Hours:
    """The dealership's Hours with these clean fields; other fields stay as they are."""
    return _changed(_held(dealership), fields, actor)


# --- Opening hours ---------------------------------------------------------------------------------


@transaction.atomic
def set_week(dealership: Dealership, valid_from: date, week: WeekHours, *, actor: Actor | None = None) -> OpeningWeek:
    """The hours from that date on, made or changed. Earlier and later ones stay."""
    _held(dealership)
    row = dealership.opening_weeks.filter(valid_from=valid_from).first()
    row = row or OpeningWeek(dealership=dealership, valid_from=valid_from)
    if row.week != week:
        row.week = week
        row.save()
        _tell(AuditKind.HOURS_CHANGED, row, actor, changed=["week"])
    return row


@transaction.atomic
def add_week(dealership: Dealership, valid_from: date, week: WeekHours, *, actor: Actor | None = None) -> OpeningWeek:
    """Raises WeekAlreadyThere."""
    _held(dealership)
    if dealership.opening_weeks.filter(valid_from=valid_from).exists():
        raise WeekAlreadyThere()
    return set_week(dealership, valid_from, week, actor=actor)


@transaction.atomic
def change_week(row: OpeningWeek, fields: Mapping[str, Any], *, actor: Actor | None = None) -> OpeningWeek:
    """`valid_from` and `week`, or one of them; days that the week lacks stay. Raises WeekAlreadyThere and HoursNotFound."""
    row = _locked(row)
    others = row.dealership.opening_weeks.exclude(pk=row.pk)
    if others.filter(valid_from=fields.get("valid_from", row.valid_from)).exists():
        raise WeekAlreadyThere()
    if "week" in fields:
        fields = {**fields, "week": {**row.week, **fields["week"]}}
    return _changed(row, fields, actor)


@transaction.atomic
def delete_week(row: OpeningWeek, *, actor: Actor | None = None) -> None:
    """Raises HoursNotFound."""
    _delete(row, actor)


# --- Special days ----------------------------------------------------------------------------------


@transaction.atomic
def add_special_days(
    dealership: Dealership, days: Iterable[Mapping[str, Any]], *, actor: Actor | None = None
) -> list[SpecialDay]:
    """Days of {name, first, last, hours}. Raises SpecialDayAlreadyThere and TooManySpecialDays."""
    _held(dealership)
    rows = [SpecialDay(dealership=dealership, **fields) for fields in days]
    there = set(dealership.special_days.values_list("first", "last"))
    if there.intersection((row.first, row.last) for row in rows):
        raise SpecialDayAlreadyThere()
    if len(there) + len(rows) > MOST_SPECIAL_DAYS:
        raise TooManySpecialDays()
    for row in rows:
        row.save(force_insert=True)
        _note(AuditKind.HOURS_CHANGED, row, actor, changed=["first", "last", "hours"])
    _changed_now(dealership)
    return rows


@transaction.atomic
def change_special_day(row: SpecialDay, fields: Mapping[str, Any], *, actor: Actor | None = None) -> SpecialDay:
    """Raises SpecialDayAlreadyThere and HoursNotFound."""
    row = _locked(row)
    ends = fields.get("first", row.first), fields.get("last", row.last)
    if row.dealership.special_days.exclude(pk=row.pk).filter(first=ends[0], last=ends[1]).exists():
        raise SpecialDayAlreadyThere()
    return _changed(row, fields, actor)


@transaction.atomic
def delete_special_day(row: SpecialDay, *, actor: Actor | None = None) -> None:
    """Raises HoursNotFound."""
    _delete(row, actor)


@transaction.atomic
def set_special_days(dealership: Dealership, days: Iterable[Mapping[str, Any]], *, actor: Actor | None = None) -> None:
    """These and no others. What stays as it was is left alone."""
    _held(dealership)
    wanted = {(fields["first"], fields["last"]): fields for fields in days}
    there = {(row.first, row.last): row for row in dealership.special_days.all()}
    for ends in there.keys() - wanted.keys():
        delete_special_day(there[ends], actor=actor)
    for ends in there.keys() & wanted.keys():
        _changed(there[ends], wanted[ends], actor)
    if new := [wanted[ends] for ends in sorted(wanted.keys() - there.keys())]:
        add_special_days(dealership, new, actor=actor)


# --- What they have in common ------------------------------------------------------------------------


def _held(dealership):
    Hours.objects.get_or_create(dealership=dealership)
    return Hours.objects.select_for_update().select_related("dealership").get(dealership=dealership)


def _locked(row):
    _held(row.dealership)
    current = type(row).objects.select_related("dealership").filter(pk=row.pk).first()
    if current is None:
        raise HoursNotFound()
    return current


def _changed(row, fields, actor):
    changed = sorted(name for name, value in fields.items() if getattr(row, name) != value)
    if changed:
        for name in changed:
            setattr(row, name, fields[name])
        row.save(update_fields=changed)
        _tell(AuditKind.HOURS_CHANGED, row, actor, changed=changed)
    return row


def _delete(row, actor):
    row = _locked(row)
    _tell(AuditKind.HOURS_DELETED, row, actor)
    row.delete()


def _tell(kind, row, actor, **details):
    _note(kind, row, actor, **details)
    _changed_now(row.dealership)


def _note(kind, row, actor, **details):
    audit.record(kind, actor=actor, dealership=row.dealership, subject=row, **details)


def _changed_now(dealership):
    hours_changed.send(sender=Hours, dealership=dealership)
