"""What can be exported: leads, vehicles and histories. Their columns, and how rows become what formats write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from cars.serializers import VehicleSerializer
from cars.views import CARS
from leads.contacts.parsing import first_email, first_phone
from leads.interchange.models import Export
from leads.models import LeadEvent
from leads.serializers import HistoryEntry, LeadWithCarSerializer, OriginSerializer
from leads.views import LEADS
from steerleads.api import json
from steerleads.api.listing import Listing
from steerleads.api.objects import object_of

Row = Sequence[Any]


@dataclass(frozen=True)
class Contents:
    """Something that can be exported.

    - `listing` says which columns are read and how rows are sorted; its `render` makes the API's object of a row.
    - `flat` makes a line of a sheet of a row: {title: text, number, bool, UUID, datetime or None}, by the API's names.
    - `titles` are those names, in order, each with what people call it.
    - `typed` are those that hold what somebody typed, or a program sent: what a spreadsheet might calculate.
    - `truths` are those that are true or false.
    """

    name: str
    listing: Listing
    flat: Callable[[Row], dict[str, Any]]
    titles: Mapping[str, Any]
    typed: frozenset[str]
    truths: frozenset[str] = frozenset()

    def titles_in(self, language: str | None) -> list[str]:
        """The titles in a language; without one, the API's names."""
        if language is None:
            return list(self.titles)
        with translation.override(language):
            return [str(title) for title in self.titles.values()]


# --- Leads -----------------------------------------------------------------------------------------


class WholeLeadSerializer(LeadWithCarSerializer):
    """A lead with its vehicle, whether it is archived, and from where it came."""

    archived = serializers.BooleanField()
    origin = OriginSerializer(allow_null=True)
    further = ("car__vin", "car__stock_number")  # for sheets

    @staticmethod
    def finish(lead, _vin, _stock_number):
        if lead["origin"]["source"] is None:
            lead["origin"] = None
        return lead


LEAD_TITLES = {
    "id": _("ID"),
    "status": _("Status"),
    "action": _("Action"),
    "targetName": _("Contact name"),
    "targetInfo": _("Phone or e-mail"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "tag": _("Tag"),
    "note": _("Note"),
    "order": _("Order"),
    "archived": _("Archived"),
    "createdAt": _("Created"),
    "updatedAt": _("Updated"),
    "carId": _("Car ID"),
    "make": _("Make"),
    "model": _("Model"),
    "overviewYear": _("Year"),
    "vin": _("VIN"),
    "stockNumber": _("Stock number"),
    "location": _("Location"),
    "source": _("Source"),
    "externalId": _("External ID"),
}


def _finish_lead(lead):
    lead["phone"], lead["email"] = first_phone(lead["phone"]), first_email(lead["email"])
    return lead


flat_lead = object_of(
    {
        "id": "id",
        "status": "status",
        "action": "action",
        "targetName": "target_name",
        "targetInfo": "target_info",
        "phone": "target_info",  # from which it is read
        "email": "target_info",
        "tag": "tag",
        "note": "note",
        "order": "order",
        "archived": "archived",
        "createdAt": "created_at",
        "updatedAt": "updated_at",
        "carId": "car_id",
        "make": "car__make",
        "model": "car__model",
        "overviewYear": "car__overview_year",
        "vin": "car__vin",
        "stockNumber": "car__stock_number",
        "location": "car__location",
        "source": "origin__source",
        "externalId": "origin__external_id",
    },
    WholeLeadSerializer.columns,
    _finish_lead,
)
LEADS_TO_EXPORT = Contents(
    Export.Kind.LEADS.value,
    replace(LEADS, columns=WholeLeadSerializer.columns, render=WholeLeadSerializer.render),
    flat_lead,
    LEAD_TITLES,
    frozenset("action targetName targetInfo email tag note make model stockNumber location source externalId".split()),
    frozenset({"archived"}),
)

# --- Vehicles --------------------------------------------------------------------------------------


VEHICLES_TO_EXPORT = Contents(
    Export.Kind.VEHICLES.value,
    CARS,
    VehicleSerializer.render,
    {name: name for name in VehicleSerializer().fields},  # for programs alone
    frozenset({"make", "model", "stockNumber", "location"}),
)

# --- History ---------------------------------------------------------------------------------------


class ExportedEntry(HistoryEntry):
    """Something that happened to a lead."""

    leadId = serializers.UUIDField(source="lead_id")

    def get_fields(self):
        fields = super().get_fields()
        return {"leadId": fields.pop("leadId"), **fields}


ENTRY_COLUMNS = ("leadId", "id", "kind", "at", "actorType", "actorName", "changes", "batch")


def flat_entry(row: Row) -> dict[str, Any]:
    """An entry of a lead's history as a line of a sheet. What changed is one JSON object."""
    event = ExportedEntry.render(row)
    return {
        "leadId": event["leadId"],
        "id": event["id"],
        "kind": event["kind"],
        "at": event["at"],
        "actorType": event["actor"]["type"],
        "actorName": event["actor"]["name"],
        "changes": json.render(event["changes"]).decode(),
        "batch": event.get("batch"),
    }


HISTORY_TO_EXPORT = Contents(
    Export.Kind.HISTORY.value,
    # Lead by lead, as they are indexed: the newest lead first, and of each the newest entry.
    Listing(
        model=LeadEvent,
        columns=ExportedEntry.columns,
        render=ExportedEntry.render,
        sorts={"leadId": "lead_id"},
        default="leadId",
        ties=("at", "id"),
        descending=True,
    ),
    flat_entry,
    {name: name for name in ENTRY_COLUMNS},
    frozenset({"actorName"}),
)
