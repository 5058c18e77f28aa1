"""The tables that other CRMs take in (contract X5): each one's titles, and what stands below them of a lead."""

from collections.abc import Callable, Mapping
from typing import Any

from leads.fields import Status
from steerleads.tables.guards import guard

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


def split_name(name: str) -> tuple[str, str]:
    """(first name, last name): cut at the last space; without one, all of it is the last name."""
    first, _space, last = name.rpartition(" ")
    return first.rstrip(), last


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
    return _below_note(lead, car_words(lead), _untold_contact(lead))


def _note_action_and_more(lead: Lead) -> str:
    """For a table without a title, in which the action would be lost."""
    return _below_note(lead, lead["action"], car_words(lead), _untold_contact(lead))


def _untold_contact(lead: Lead) -> str:
    """A contact that is neither phone nor address, and so in no other column."""
    return "" if lead["phone"] or lead["email"] else lead["targetInfo"]


def _below_note(lead: Lead, *parts: str) -> str:
    return guard("\n\n".join(filter(None, (lead["note"], BETWEEN.join(filter(None, parts))))))


# --- Tables ----------------------------------------------------------------------------------------


COLUMNS: dict[str, dict[str, Column]] = {
    "hubspot": {
        "First Name": _first_name,
        "Last Name": _last_name,
        "Email": _text("email"),
        "Phone Number": _phone,
        "Lead Status": _status("hubspot"),
        "Message": _note_action_and_more,
        "SteerLeads ID": _id,
    },
    "pipedrive": {
        "Lead - Title": _demanded("action"),
        "Person - Name": _demanded("targetName"),
        "Person - Email": _text("email"),
        "Person - Phone": _phone,
        "Lead - Label": _text("tag"),
        "Note": _note_and_more,
        "SteerLeads ID": _id,
    },
    "salesforce": {
        "First Name": _first_name,
        "Last Name": _last_name,
        "Company": _company,
        "Email": _text("email"),
        "Phone": _phone,
        "Lead Source": _text("source"),
        "Lead Status": _status("salesforce"),
        "Description": _note_action_and_more,
        "SteerLeads ID": _id,
    },
    "zoho": {
        "First Name": _first_name,
        "Last Name": _last_name,
        "Company": _company,
        "Email": _text("email"),
        "Phone": _phone,
        "Lead Source": _text("source"),
        "Lead Status": _status("zoho"),
        "Description": _note_action_and_more,
        "SteerLeads ID": _id,
    },
    "odoo": {
        "id": _id,
        "name": _demanded("action"),
        "contact_name": _text("targetName"),
        "email_from": _text("email"),
        "phone": _phone,
        "description": _note_and_more,
        "tag_ids": _text("tag"),
    },
}


def titles(system: str) -> list[str]:
    return list(COLUMNS[system])


def cells(system: str, lead: Lead) -> list[str]:
    return [column(lead) for column in COLUMNS[system].values()]
