"""Leads as ADF 1.0 (contract X6): the Auto-lead Data Format, which dealers' CRMs have read since 2000.

The elements stand in the order of its DTD. What the DTD demands is there, if need be empty; of the rest, only what a
lead has.
"""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from leads.contacts.parsing import phones_in_order
from leads.interchange.exports.base import Context, Exporter
from leads.interchange.exports.person import untold_contact
from leads.interchange.exports.xml import xml_text
from steerleads.tables.writing import as_texts

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<?adf version="1.0"?>\n<adf>\n'
FOOT = "</adf>\n"


class AdfExporter(Exporter):
    name = "adf"
    ending = "xml"
    content_type = "application/xml"
    most = 10_000

    def write(self, rows: Iterable[Mapping[str, Any]], file: BinaryIO, context: Context) -> None:
        file.write(HEAD.encode())
        file.writelines(prospect(lead, dealership=context.dealership.name, host=context.host).encode() for lead in rows)
        file.write(FOOT.encode())


def prospect(lead: Mapping[str, Any], *, dealership: str, host: str) -> str:
    """One lead as a `prospect` element, with its line break."""
    element = Element("prospect", status="new")  # "resend" would be taken for a copy of what came before
    _ids(element, lead, host)
    _add(element, "requestdate", *as_texts([lead["createdAt"]]))
    _vehicle(element, lead)
    _customer(element, lead)
    _vendor(element, dealership)
    indent(element, " ", level=1)
    return f" {tostring(element, encoding='unicode').rstrip()}\n"


def _ids(parent: Element, lead: Mapping[str, Any], host: str) -> None:
    _add(parent, "id", lead["id"], sequence="1", source=host)
    if lead["externalId"]:
        _add(parent, "id", lead["externalId"], sequence="2", source=lead["source"])


def _vehicle(parent: Element, lead: Mapping[str, Any]) -> None:
    vehicle = SubElement(parent, "vehicle", interest="buy")
    _add(vehicle, "year", lead["overviewYear"])
    _add(vehicle, "make", lead["make"])
    _add(vehicle, "model", lead["model"])
    _add_if_any(vehicle, "vin", lead["vin"])
    _add_if_any(vehicle, "stock", lead["stockNumber"])
    _add_if_any(vehicle, "comments", lead["action"])


def _customer(parent: Element, lead: Mapping[str, Any]) -> None:
    customer = SubElement(parent, "customer")
    contact = SubElement(customer, "contact")
    _add(contact, "name", lead["targetName"], part="full")
    _add_if_any(contact, "email", lead["email"])
    for phone in _phones(lead):
        _add(contact, "phone", phone)
    _add_if_any(customer, "comments", lead["note"])


def _phones(lead: Mapping[str, Any]) -> list[str]:
    """All of them; the DTD demands one, or an e-mail address. A contact that is neither is told whole, as it was typed."""
    if not untold_contact(lead):
        return [lead["phone"]] if lead["phone"] else []
    return phones_in_order(lead["targetInfo"]) or ([] if lead["email"] else [lead["targetInfo"]])


def _vendor(parent: Element, dealership: str) -> None:
    vendor = SubElement(parent, "vendor")
    _add(vendor, "vendorname", dealership)
    contact = SubElement(vendor, "contact")
    _add(contact, "name", dealership, part="full")
    _add(contact, "email", None)  # the DTD demands one of e-mail and phone, and a dealership has none of its own here


def _add(parent: Element, tag: str, value: object, **attributes: str) -> None:
    child = SubElement(parent, tag, {name: xml_text(text) for name, text in attributes.items()})
    child.text = xml_text("" if value is None else str(value))


def _add_if_any(parent: Element, tag: str, value: object) -> None:
    if value:
        _add(parent, tag, value)
