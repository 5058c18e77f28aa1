"""Reads what our own exports write beside tables: JSON lines, JsonLead and ADF; as the rows of a table."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from leads.interchange.imports.titles import FIELDS
from steerleads.tables.table import Column, NotATable, Problem, Row, Table

HEAD = 256  # bytes that tell what a file is
LONGEST_LINE = 1024 * 1024  # bytes
COLUMNS = tuple(Column(field, field) for field in FIELDS)
BOM = b"\xef\xbb\xbf"

Found = Mapping[str, Any]  # values by field


class NotAllowed(Exception):
    """A document type: with one, a small file can become a very large one. Ours have none."""


def open_own(file: BinaryIO) -> Table | None:
    """The Table in an export of ours that is no table, else None. Raises NotATable."""
    file.seek(0)
    head = file.read(HEAD).removeprefix(BOM).lstrip()
    file.seek(0)
    for signs, kind, read in _KINDS:
        if head.startswith(signs) and (kind != "adf" or b"<adf" in head or b"?adf" in head.lower()):
            return Table(kind, "utf-8", None, 0, COLUMNS, 0, _rows(read(file)))
    return None


def _rows(found: Iterable[tuple[int, Found | Problem]]) -> Iterator[Row]:
    """Each with a line number of its own, though two may stand in one line."""
    last = 0
    for line, each in found:
        last = max(line, last + 1)
        if isinstance(each, Problem):
            yield Row(last, (), each)
        else:
            yield Row(last, tuple(_text(each.get(field)) for field in FIELDS))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


# --- JSON ------------------------------------------------------------------------------------------


def _read_jsonl(file: BinaryIO) -> Iterator[tuple[int, Found | Problem]]:
    line = 0
    while text := file.readline(LONGEST_LINE + 1):
        line += 1
        if len(text) > LONGEST_LINE:
            raise NotATable("too_long", f"Line {line} is longer than 1 MiB: this is not a list of leads.")
        if text.strip():
            lead = _parsed(text.removeprefix(BOM))
            is_lead = isinstance(lead, dict)
            yield line, _of_object(lead) if is_lead else Problem("columns", "", "This line is no JSON object.")


def _of_object(lead: dict[str, Any]) -> Found:
    """Of contract 15's, with `car`, `archived` and `origin`."""
    car, origin = _dict(lead.get("car")), _dict(lead.get("origin"))
    return {
        **{field: value for field, value in lead.items() if not isinstance(value, dict | list)},
        **{name: car.get(name) for name in ("make", "model", "overviewYear", "vin", "stockNumber", "location")},
        **{name: origin.get(name) for name in ("source", "externalId")},
    }


def _read_jsonlead(file: BinaryIO) -> Iterator[tuple[int, Found | Problem]]:
    documents = _parsed(file.read().removeprefix(BOM))
    if not isinstance(documents, list) or not all("sales_lead" in _dict(each) for each in documents):
        raise NotATable("not_a_table", "This JSON is no export of ours: neither JsonLead documents nor lines of leads.")
    for number, document in enumerate(documents, 1):
        yield number, _of_document(document)


def _of_document(document: dict[str, Any]) -> Found:
    contact = _dict(_first(_dict(document.get("customer")).get("contacts")))
    lead, name = _dict(document["sales_lead"]), _dict(contact.get("name"))
    car, custom = _dict(_first(lead.get("vehicles"))), _dict(lead.get("custom"))
    return {
        "id": _first(lead.get("ids")),
        "status": lead.get("status"),
        "targetName": " ".join(filter(None, map(_text, (name.get("first_name"), name.get("last_name"))))),
        "phone": _first(contact.get("phones")),
        "email": _first(contact.get("emails")),
        "note": _dict(_first(lead.get("comments"))).get("content"),
        "createdAt": lead.get("created_at"),
        "source": _dict(lead.get("origin")).get("source"),
        "carId": _first(car.get("ids")),
        "overviewYear": car.get("year"),
        "stockNumber": car.get("stock_number"),
        "location": car.get("dealer_location"),
        **{name: car.get(name) for name in ("make", "model", "vin")},
        **{name: value for name, value in custom.items() if name in FIELDS and not isinstance(value, dict | list)},
    }


def _parsed(text: bytes) -> Any:
    """What JSON says, or None if it says nothing."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None


# --- ADF -------------------------------------------------------------------------------------------


def _read_adf(file: BinaryIO) -> Iterator[tuple[int, Found | Problem]]:
    prospects: list[tuple[int, Element]] = []
    parser, builder, begins = expat.ParserCreate(), TreeBuilder(), [0]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "prospect":
            begins[0] = parser.CurrentLineNumber
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        element = builder.end(tag)
        if tag == "prospect":
            prospects.append((begins[0], element))

    def refuse(*_declaration: object) -> None:
        raise NotAllowed()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.ParseFile(file)
    except (expat.ExpatError, NotAllowed):
        raise NotATable("not_a_table", "This ADF is not as our exports write it: it cannot be read as XML.") from None
    for line, prospect in prospects:
        yield line, _of_prospect(prospect)


def _of_prospect(prospect: Element) -> Found:
    own = next((each.text for each in prospect.findall("id") if each.get("sequence") == "1"), None)
    other = next((each for each in prospect.findall("id") if each.get("sequence") == "2"), None)
    contact = "customer/contact"
    return {
        "id": own,
        "externalId": None if other is None else other.text,
        "source": None if other is None else other.get("source"),
        "createdAt": prospect.findtext("requestdate"),
        "action": prospect.findtext("vehicle/comments"),
        "overviewYear": prospect.findtext("vehicle/year"),
        "make": prospect.findtext("vehicle/make"),
        "model": prospect.findtext("vehicle/model"),
        "vin": prospect.findtext("vehicle/vin"),
        "stockNumber": prospect.findtext("vehicle/stock"),
        "targetName": prospect.findtext(f"{contact}/name"),
        "phone": prospect.findtext(f"{contact}/phone"),
        "email": prospect.findtext(f"{contact}/email"),
        "note": prospect.findtext("customer/comments"),
    }


_KINDS: tuple[tuple[bytes, str, Callable[[BinaryIO], Iterator[tuple[int, Found | Problem]]]], ...] = (
    (b"{", "jsonl", _read_jsonl),
    (b"[", "jsonlead", _read_jsonlead),
    (b"<", "adf", _read_adf),
)
