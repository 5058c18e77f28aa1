"""A verb in bulk: leads that another system brings, many in as many statements as one.

Beside leads/actions.py as `leads/privacy/retention.py` is: each lead has its event, and locks are taken in the same order.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from cars.errors import CarNotFound
from cars.models import Car
from leads.errors import DuplicateOrigin
from leads.history import NOTHING, change_event
from leads.models import EventKind, Lead, LeadEvent, Origin
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Dealership


@dataclass(frozen=True)
class Draft:
    """A lead that is to be made, of model field names and clean values. `created_at`, of another system, is not in the future."""

    car_id: UUID
    fields: Mapping[str, Any]
    origin: Origin
    created_at: datetime | None = None


def create_leads(
    dealership: Dealership, drafts: Sequence[Draft], *, actor: Actor, batch: UUID | None = None
) -> list[Lead]:
    """Many new Leads, in a constant number of statements; all or none. Raises CarNotFound, DuplicateOrigin."""
    with transaction.atomic():
        _cars(dealership, {draft.car_id for draft in drafts})
        now = timezone.now()
        leads = [_lead(dealership, draft, now) for draft in drafts]
        Lead.objects.bulk_create(leads)
        _insert_origins(leads, [draft.origin for draft in drafts])
        LeadEvent.objects.bulk_create(_event(lead, actor, batch) for lead in leads)
    return leads


def _event(lead: Lead, actor: Actor, batch: UUID | None) -> LeadEvent:
    """Of its creation, at the time of that: where another system says when it was, the lead was created then."""
    event = change_event(lead, EventKind.CREATED, NOTHING, actor=actor, batch=batch)
    event.at = lead.created_at
    return event


def _lead(dealership: Dealership, draft: Draft, now: datetime) -> Lead:
    created_at = draft.created_at or now
    lead = Lead(dealership=dealership, car_id=draft.car_id, created_at=created_at, updated_at=now, **draft.fields)
    lead.fold()
    return lead


def _cars(dealership: Dealership, car_ids: Collection[UUID]) -> None:
    """Raise CarNotFound unless all are the dealership's; locked against a deletion meanwhile."""
    cars = Car.objects.of(dealership).filter(pk__in=car_ids).order_by("pk").select_for_update(no_key=True)
    if len(cars.values_list("pk")) < len(car_ids):
        raise CarNotFound()


def _insert_origins(leads: Sequence[Lead], origins: Sequence[Origin]) -> None:
    """The database judges whether they are new: a look beforehand would race."""
    for lead, origin in zip(leads, origins, strict=True):
        origin.lead, origin.dealership = lead, lead.dealership
    try:
        with transaction.atomic():
            Origin.objects.bulk_create(origins)
    except IntegrityError:
        raise DuplicateOrigin() from None
