"""A verb in bulk: changes of many leads in as many statements as of one, each lead with its own event and one `batch`.

Beside leads/actions.py as leads/creating.py is. Locks are taken in the same order: the order lock, then leads by id, then
events are inserted. 500 leads took 2,500 statements one by one.
"""

import copy
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import JSONField, Model

from leads.fields import FOLDED_FROM, Status
from leads.history import change_event, time_after
from leads.models import EventKind, Lead, LeadEvent
from leads.work.closing import clear_all_due
from steerleads.api.errors import ApiError
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Dealership

Wanted = Callable[[Lead], Mapping[str, Any]]

MOST_AT_ONCE = 500  # leads of one call: their locks are held until all are written

# Rows go in as one JSON text and come out as a table `given`, as in leads/ordering/reordering.py.
GIVEN = {
    "postgresql": "jsonb_to_recordset(%s::jsonb) AS given ({})",
    "sqlite": "(SELECT {} FROM json_each(%s)) AS given",
}
OWNER = {"postgresql": "dealership_id", "sqlite": "+dealership_id"}  # why is told there, too
UPDATE = """
    UPDATE {leads} SET {columns}, version = version + 1, updated_at = %s
    FROM {given} WHERE {leads}.id = given.id AND {owner} = %s"""
INSERT = "INSERT INTO {events} ({columns}) SELECT {columns} FROM {given}"


@dataclass
class Changed:
    """What became of each lead: as it was and as it is, whether that differs or not; or it was refused, and why."""

    done: list[tuple[Lead, Lead]] = field(default_factory=list)
    refused: dict[UUID, ApiError] = field(default_factory=dict)
    gone: list[UUID] = field(default_factory=list)


def change_leads(
    dealership: Dealership,
    lead_ids: Collection[UUID],
    wanted: Wanted,
    *,
    actor: Actor,
    batch: UUID | None = None,
    orders: bool = False,
) -> Changed:
    """Write what `wanted(lead)` gives for each lead (locked): model field names and clean values, of a status also.

    It is asked in the order of `lead_ids`, and raises an ApiError to refuse a lead, which does not keep the others. With
    `orders` it may give an `order`. `archived` is archiving or restoring. What is the same already is not written.
    """
    with transaction.atomic():
        if orders:
            dealership.lock_order()
        found = Lead.objects.of(dealership).filter(pk__in=list(lead_ids)).order_by("pk").select_for_update(no_key=True)
        leads, changed = {lead.pk: lead for lead in found}, Changed()
        for lead_id in dict.fromkeys(lead_ids):
            _judge(changed, leads.get(lead_id), lead_id, wanted)
        written = [(before, after) for before, after in changed.done if before is not after]
        if written:
            _write(dealership, written, actor, batch)
    return changed


def _judge(changed: Changed, lead: Lead | None, lead_id: UUID, wanted: Wanted) -> None:
    if lead is None:
        changed.gone.append(lead_id)
        return
    try:
        changes = wanted(lead)
    except ApiError as error:
        changed.refused[lead_id] = error
        return
    changed.done.append((lead, _with(lead, changes)))


def _with(lead: Lead, changes: Mapping[str, Any]) -> Lead:
    """The lead with these changes, unsaved; itself if they change nothing."""
    differing = {name: value for name, value in changes.items() if getattr(lead, name) != value}
    if not differing:
        return lead
    after = copy.copy(lead)
    for name, value in differing.items():
        setattr(after, name, value)
    if differing.keys() & FOLDED_FROM:
        after.fold()
    after.version += 1
    return after


def _write(dealership: Dealership, written: Sequence[tuple[Lead, Lead]], actor: Actor, batch: UUID | None) -> None:
    now = time_after(before for before, _after in written)
    events, closed, columns = [], [], set[str]()
    for before, after in written:
        after.updated_at = now
        was = {name: getattr(before, name) for name in _columns() if getattr(before, name) != getattr(after, name)}
        columns |= was.keys()
        events.append(change_event(after, _kind(after, was), was, actor=actor, batch=batch))
        if "status" in was and after.status != Status.NEW:
            closed.append(after)
    _update(dealership, [after for _before, after in written], sorted(columns), now)
    if closed:
        events += clear_all_due(dealership, closed, now, actor=actor, batch=batch)
    _insert(events)


def _kind(after: Lead, was: Mapping[str, Any]) -> EventKind:
    if "archived" in was:
        return EventKind.ARCHIVED if after.archived else EventKind.RESTORED
    return EventKind.MOVED if set(was) == {"order"} else EventKind.CHANGED


def _columns() -> list[str]:
    """All that is written of a lead, with what follows from it."""
    left_out = {"id", "dealership_id", "car_id", "status_rank", "version", "created_at", "updated_at"}
    return [each.attname for each in Lead._meta.concrete_fields if each.attname not in left_out]


# --- Many rows in one statement --------------------------------------------------------------------


def _update(dealership: Dealership, leads: Sequence[Lead], columns: Sequence[str], now: datetime) -> None:
    rows = _rows(leads, ("id", *columns))
    set_to = ", ".join(f"{_quoted(name)} = given.{_quoted(name)}" for name in columns)
    sql = UPDATE.format(
        leads=_quoted(Lead._meta.db_table),
        columns=set_to,
        given=_given(Lead, ("id", *columns)),
        owner=OWNER[connection.vendor],
    )
    owner = Lead._meta.get_field("dealership").get_db_prep_value(dealership.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, [connection.ops.adapt_datetimefield_value(now), rows, owner])


def _insert(events: Sequence[LeadEvent]) -> None:
    columns = [each.attname for each in LeadEvent._meta.concrete_fields]
    named = ", ".join(map(_quoted, columns))
    table = _quoted(LeadEvent._meta.db_table)
    sql = INSERT.format(events=table, columns=named, given=_given(LeadEvent, columns))
    with connection.cursor() as cursor:
        cursor.execute(sql, [_rows(events, columns)])


def _given(model: type[Model], columns: Sequence[str]) -> str:
    """The table of what `_rows` made, by its columns' own types."""
    fields = [model._meta.get_field(name) for name in columns]
    if connection.vendor == "postgresql":
        types = [(name, each.rel_db_type(connection)) for name, each in zip(columns, fields, strict=True)]
        return GIVEN["postgresql"].format(", ".join(f"{_quoted(name)} {type}" for name, type in types))
    taken = {name: "->" if isinstance(each, JSONField) else "->>" for name, each in zip(columns, fields, strict=True)}
    return GIVEN["sqlite"].format(", ".join(f"value {how} '{name}' AS {_quoted(name)}" for name, how in taken.items()))


def _rows(things: Sequence[Model], columns: Sequence[str]) -> str:
    """As one JSON text. What is null is left out: SQLite would read a JSON null as a text."""
    values = [{name: _plain(getattr(thing, name)) for name in columns} for thing in things]
    return json.dumps([{name: value for name, value in row.items() if value is not None} for row in values])


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value) if connection.features.has_native_uuid_field else value.hex
    return str(connection.ops.adapt_datetimefield_value(value)) if isinstance(value, datetime) else value


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
