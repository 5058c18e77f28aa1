"""Which rows of a batch are known, and what lead each of them made or names: some look-ups for all of them together."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from leads.interchange.imports.models import ImportRow, Outcome
from leads.models import EventKind, Lead, LeadEvent, Origin
from steerleads.dealers.models import Dealership


@dataclass(frozen=True)
class Known:
    """A lead that a row is about. `version` is its row version when an import or a message last wrote it, None if none
    did; `lead_id` is None where the lead was deleted here, which is for good."""

    lead_id: UUID | None
    version: int | None = None


class KnownRows:
    """What is known of some rows. Leads are only named: whether one is still there, is asked when it is to be written."""

    def __init__(
        self, dealership: Dealership, keys: Collection[str], origins: Iterable[tuple[str, str]], own: Collection[UUID]
    ):
        self._by_key = _by_key(dealership, keys)
        self._by_origin = _by_origin(dealership, {external_id for _source, external_id in origins})
        self.own = set(Lead.objects.of(dealership).filter(pk__in=own).values_list("pk", flat=True)) if own else set()
        self._deleted = _deleted(dealership, set(own) - self.own)

    def find(self, key: str, origin: tuple[str, str] | None, own_id: UUID | None) -> Known | None:
        if own_id in self.own:
            return self._by_key.get(key) or Known(own_id)
        if own_id in self._deleted:
            return Known(None)
        return self._by_key.get(key) or (self._by_origin.get(origin) if origin else None)


def _by_key(dealership, keys):
    """Of several rows, the one that wrote the lead last: by its version, as rows wait for long in any order."""
    rows = ImportRow.objects.of(dealership).filter(key__in=keys, outcome__in=[Outcome.CREATED, Outcome.UPDATED])
    found = rows.order_by("version").values_list("key", "lead_id", "version")
    return {key: Known(lead_id, version) for key, lead_id, version in found}


def _by_origin(dealership, external_ids):
    if not external_ids:
        return {}
    rows = Origin.objects.of(dealership).filter(external_id__in=external_ids)
    return {(source, id): Known(lead, 1) for source, id, lead in rows.values_list("source", "external_id", "lead_id")}


def _deleted(dealership, ids):
    if not ids:
        return set()
    events = LeadEvent.objects.of(dealership).filter(lead_id__in=ids, kind=EventKind.DELETED)
    return set(events.values_list("lead_id", flat=True))
