"""The tables that other CRMs take in (contract X5): each one's titles, and what stands below them of a lead."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, BinaryIO, ClassVar

from leads.fields import Status
from leads.interchange.exports.base import Context, Exporter
from leads.interchange.exports.contents import Contents
from leads.interchange.exports.person import split_name, untold_contact
from steerleads.tables.guards import guard
from steerleads.tables.writing import write_csv

Lead = Mapping[str, Any]
Column = Callable[[Lead], str]

DEMANDED = "-"  # what stands where the other system demands a value and the lead has none
BETWEEN = " · "

# Each system's own words, as it comes out of the box. None has one for a lead that is done; each lets those in that
# were spoken to. Salesforce refuses a lead that comes in converted.
STATUSES = {
    "hubspot": {Status.NEW: "NEW", Status.COMPLETED: "CONNECTED", Status.NOT_NEEDED: "UNQUALIFIED"},
    "salesforce": {
        Status.NEW: "Open - Not Contacted",
        Status.COMPLETED: "Working - Contacted",
        Status.NOT_NEEDED: "Closed - Not Converted",
    },
    "zoho": {Status.NEW: "Not Contacted", Status.COMPLETED: "Contacted", Status.NOT_NEEDED: "Not Qualified"},
}


def car_words(lead: Lead) -> str:
    return " ".join(str(lead[name]) for name in ("make", "model", "overviewYear") if lead[name])


# --- Columns ---------------------------------------------------------------------------------------


def _text(name: str) -> Column:
    return lambda lead: guard(lead[name] or "")


def _demanded(name: str) -> Column:
    return lambda lead: guard(lead[name]) if lead[name] else DEMANDED


def _id(lead: Lead) -> str:
    return str(lead["id"])


def _phone(lead: Lead) -> str:
    """As E.164 has it, bare: dialling programs know no guard, and a number is no formula."""
    return lead["phone"] or ""


def _first_name(lead: Lead) -> str:
    return guard(split_name(lead["targetName"])[0])


def _last_name(lead: Lead) -> str:
    return guard(split_name(lead["targetName"])[1]) or DEMANDED


def _company(_lead: Lead) -> str:
    return DEMANDED


def _status(system: str) -> Column:
    return lambda lead: STATUSES[system][lead["status"]]


def _note_and_more(lead: Lead) -> str:
    return _below_note(lead, car_words(lead), untold_contact(lead))


def _note_action_and_more(lead: Lead) -> str:
    """For a table without a title, in which the action would be lost."""
    return _below_note(lead, lead["action"], car_words(lead), untold_contact(lead))


def _below_note(lead: Lead, *parts: str) -> str:
    return guard("\n\n".join(filter(None, (lead["note"], BETWEEN.join(filter(None, parts))))))


# --- Tables ----------------------------------------------------------------------------------------


class PresetExporter(Exporter):
    """A CSV file for another system. Whoever asks for it, it is that system that reads it: no BOM, and commas."""

    ending = "csv"
    content_type = "text/csv; charset=utf-8"
    columns: ClassVar[Mapping[str, Column]]

    def write(self, rows: Iterable[Lead], file: BinaryIO, context: Context) -> None:
        columns = self.columns.values()
        write_csv(file, self.columns, ([column(lead) for column in columns] for lead in rows))

    def file_name(self, contents: Contents, day: date) -> str:
        return f"{contents.name}-{self.name}-{day.isoformat()}.{self.ending}"


class HubspotExporter(PresetExporter):
    name = "hubspot"
    columns = {
        "First Name": _first_name,
        "Last Name": _last_name,
        "Email": _text("email"),
        "Phone Number": _phone,
        "Lead Status": _status("hubspot"),
        "Message": _note_action_and_more,
        "SteerLeads ID": _id,
    }


class PipedriveExporter(PresetExporter):
    name = "pipedrive"
    columns = {
        "Lead - Title": _demanded("action"),
        "Person - Name": _demanded("targetName"),
        "Person - Email": _text("email"),
        "Person - Phone": _phone,
        "Lead - Label": _text("tag"),
        "Note": _note_and_more,
        "SteerLeads ID": _id,
    }


class SalesforceExporter(PresetExporter):
    name = "salesforce"
    columns = {
        "First Name": _first_name,
        "Last Name": _last_name,
        "Company": _company,
        "Email": _text("email"),
        "Phone": _phone,
        "Lead Source": _text("source"),
        "Lead Status": _status("salesforce"),
        "Description": _note_action_and_more,
        "SteerLeads ID": _id,
    }


class ZohoExporter(PresetExporter):
    name = "zoho"
    columns = {**SalesforceExporter.columns, "Lead Status": _status("zoho")}


class OdooExporter(PresetExporter):
    name = "odoo"
    columns = {
        "id": _id,
        "name": _demanded("action"),
        "contact_name": _text("targetName"),
        "email_from": _text("email"),
        "phone": _phone,
        "description": _note_and_more,
        "tag_ids": _text("tag"),
    }
