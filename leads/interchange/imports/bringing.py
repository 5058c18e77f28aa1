"""Brings one row in: known, it is left or updated; new, its car is found and a lead made of it, by the verbs."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cars.actions import create_car, delete_car
from cars.errors import CarHasLeads, CarNotFound
from cars.matching import Matcher
from cars.serializers import KEPT_BY_STAFF, StaffCarBody
from leads import actions, creating
from leads.errors import DuplicateOrigin
from leads.interchange.imports.known import Known
from leads.interchange.imports.models import Import, Outcome
from leads.interchange.imports.values import LeadRow, RowError
from leads.models import Lead, Origin
from steerleads.api.errors import ApiError
from steerleads.api.serializers import check
from steerleads.dealers.actors import Actor, ActorType
from steerleads.dealers.models import Dealership

OF_A_CAR = {  # its body's name: the clue's
    **{"make": "make", "model": "model", "overviewYear": "year", "vin": "vin"},
    **{"stockNumber": "stock_number", "plate": "plate", "location": "location"},
}


@dataclass
class Result:
    """What became of a row."""

    outcome: Outcome
    lead_id: UUID | None = None
    version: int = 0
    car_id: UUID | None = None  # of a car that was made for it
    version_before: int = 0  # of the lead, if it was written over
    before: Mapping[str, Any] = field(default_factory=dict)  # what was written over


@dataclass(frozen=True)
class Draft:
    """A new row, as the lead that it is to be."""

    lead: creating.Draft
    row: LeadRow
    made_car: UUID | None  # the id of the car that was made for it


class Bringer:
    """Brings rows of one import in. `made` has the fields of the cars that it made, in their order."""

    def __init__(self, run: Import, dealership: Dealership):
        self.run, self.dealership = run, dealership
        self.actor = Actor(ActorType.IMPORT, run.actor_name)
        self.matcher = Matcher(dealership)
        self.made: list[Mapping[str, Any]] = []

    def update(self, row: LeadRow, known: Known, lead: Lead | None) -> Result:
        """What becomes of a known row; `lead` is the known one, locked, if it is to be updated."""
        if lead is None or not _is_untouched(lead, known, row):
            return Result(Outcome.UNCHANGED)
        return self._update(row, lead)

    # --- New -----------------------------------------------------------------------------------

    def draft(self, row: LeadRow) -> Draft:
        """What a new row is to be, with its car. Raises RowError."""
        car_id, made_car = self._car(row)
        origin = Origin(source=row.source, external_id=row.external_id, received_at=self.run.created_at)
        return Draft(creating.Draft(car_id, row.fields, origin, row.created_at), row, made_car)

    def create(self, drafts: Sequence[Draft]) -> list[Result | RowError]:
        """What becomes of each: all at once, unless something came between."""
        how = {"actor": self.actor, "batch": self.run.pk}
        try:
            leads = creating.create_leads(self.dealership, [draft.lead for draft in drafts], **how)
        except (CarNotFound, DuplicateOrigin):
            results = [self._create_one(draft) for draft in drafts]
            self._delete_unused_cars(draft.made_car for draft in drafts)
            return results
        return [self._created(draft, lead) for draft, lead in zip(drafts, leads, strict=True)]

    def _create_one(self, draft):
        how = {"actor": self.actor, "batch": self.run.pk}
        try:
            [lead] = creating.create_leads(self.dealership, [draft.lead], **how)
        except DuplicateOrigin:  # another door was faster
            return Result(Outcome.UNCHANGED)
        except CarNotFound:
            return _no_car(draft.row)
        return self._created(draft, lead)

    def _delete_unused_cars(self, made):
        """Of rows that became no lead; others of the file may have the same car."""
        for car_id in filter(None, made):
            with suppress(CarHasLeads, CarNotFound):
                delete_car(self.dealership, car_id)
        self.matcher.forget()

    def _created(self, draft, lead):
        if draft.row.archived:
            lead = actions.archive_lead(self.dealership, lead.pk, actor=self.actor, batch=self.run.pk)
        return Result(Outcome.CREATED, lead.pk, lead.version, draft.made_car)

    def _car(self, row):
        """(its car's id, the same again if it was made for it)."""
        match, options = self.matcher.find(row.clues), self.run.options
        if match.car_id:
            return match.car_id, None
        if options.get("car"):
            return UUID(options["car"]), None
        if match.is_ambiguous:
            sentence = _("Several cars could be meant. Name its VIN, stock number or plate.")
            raise RowError(row.car_title, "car_ambiguous", sentence)
        if not (options.get("create_cars") and row.clues.names_kind):
            raise _no_car(row)
        return (made := self._make_car(row)), made

    def _make_car(self, row):
        body = {name: str(value) for name, clue in OF_A_CAR.items() if (value := getattr(row.clues, clue))}
        try:
            values, _ignored = check(StaffCarBody, body)
            fields = {KEPT_BY_STAFF[name]: value for name, value in values.items()}
            car = create_car(self.dealership, fields)
        except ApiError as error:
            raise _no_such_car(row, error) from None
        self.made.append(fields)
        self.matcher.forget()
        return car.pk

    # --- Known ---------------------------------------------------------------------------------

    def _update(self, row, lead):
        version = lead.version
        before = {name: getattr(lead, name) for name in row.given if getattr(lead, name) != row.fields[name]}
        how = {"actor": self.actor, "batch": self.run.pk}
        if before:
            changes = {name: row.fields[name] for name in before}
            lead = actions.change_lead(self.dealership, lead.pk, changes, **how)
        if row.archived is not None and row.archived != lead.archived:
            before["archived"] = lead.archived
            verb = actions.archive_lead if row.archived else actions.restore_lead
            lead = verb(self.dealership, lead.pk, **how)
        outcome = Outcome.UPDATED if before else Outcome.UNCHANGED
        return Result(outcome, lead.pk, lead.version, version_before=version, before=before)


def _is_untouched(lead, known, row):
    """Whether nobody changed the lead since an import wrote it, or since our own export told of it.

    A table that says neither, like one for another CRM with our id in it, may be of any day: it writes nothing over.
    """
    if lead.version == known.version:
        return True
    is_told_of = row.own_id == lead.pk and row.updated_at is not None  # another system's times are not ours
    return is_told_of and lead.updated_at.replace(microsecond=0) <= row.updated_at


def _no_such_car(row, error):
    """By the titles of the cells that are to blame."""
    sentence = _("There is no such car, and it cannot be made: %(reason)s")
    blamed = [(row.titles.get(detail["field"], row.car_title), str(detail["message"])) for detail in error.details]
    title, reason = blamed[0] if len(blamed) == 1 else (row.car_title, " ".join(f"{t}: {said}" for t, said in blamed))
    return RowError(title, "no_car", sentence % {"reason": reason or error.message})


def _no_car(row):
    sentence = _("No car of the dealership is meant. Name its VIN, stock number or plate, or make and model.")
    return RowError(row.car_title, "no_car", sentence)
