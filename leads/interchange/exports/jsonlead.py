"""Leads as JsonLead 2.0.0 documents (contract X6), by the schema that jsonlead.org publishes.

What the schema has no place for stands in `sales_lead.custom`, by the API's names: so a lead comes back whole.
"""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from leads.interchange.exports.base import Context, Exporter
from leads.interchange.exports.person import split_name
from steerleads.api import json

VERSION = "https://jsonlead.org/2.0.0/schema"
CUSTOM = ("action", "targetInfo", "tag", "order", "archived", "updatedAt", "externalId")


class JsonLeadExporter(Exporter):
    """An array of documents, each on a line of its own."""

    name = "jsonlead"
    ending = "json"
    content_type = "application/json"
    most = 10_000

    def write(self, rows: Iterable[Mapping[str, Any]], file: BinaryIO, context: Context) -> None:
        file.write(b"[\n")
        for number, lead in enumerate(rows):
            file.write(b",\n" * bool(number) + json.render(document(lead, dealership=context.dealership.name)))
        file.write(b"\n]\n")


def document(lead: Mapping[str, Any], *, dealership: str) -> dict[str, Any]:
    """One lead. Keys without a value are left out: the schema knows no null."""
    return {"version": VERSION, "customer": {"contacts": [_contact(lead)]}, "sales_lead": _sales_lead(lead, dealership)}


def _contact(lead: Mapping[str, Any]) -> dict[str, Any]:
    """An address whose domain is not in Latin letters stands in `custom` alone: the schema's `format: email` has none."""
    first, last = split_name(lead["targetName"])
    email = lead["email"] if (lead["email"] or "").isascii() else None
    return _filled(
        name=_filled(first_name=first, last_name=last),
        phones=_list(lead["phone"]),
        emails=_list(email),
    )


def _sales_lead(lead: Mapping[str, Any], dealership: str) -> dict[str, Any]:
    return _filled(
        created_at=lead["createdAt"],
        ids=[str(lead["id"])],
        status=lead["status"],
        vehicles=[_vehicle(lead)],
        origin=_filled(source=lead["source"]),
        dealer_location=dealership,
        comments=[{"content": lead["note"]}] if lead["note"] else None,
        custom={name: lead[name] for name in CUSTOM if lead[name] is not None},
    )


def _vehicle(lead: Mapping[str, Any]) -> dict[str, Any]:
    return _filled(
        ids=[str(lead["carId"])],
        stock_number=lead["stockNumber"],
        make=lead["make"],
        model=lead["model"],
        year=lead["overviewYear"],
        vin=lead["vin"],
        dealer_location=lead["location"],
    )


def _filled(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _list(value: str | None) -> list[str]:
    return [value] if value else []
