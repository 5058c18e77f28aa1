"""Reads what our own exports write beside tables: JSON lines, JsonLead and ADF; as the rows of a table."""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from leads.interchange.imports.adf_files import read_adf
from leads.interchange.imports.titles import FIELDS
from steerleads.tables.encodings import LONGEST_LINE
from steerleads.tables.table import Column, NotATable, Problem, Row, Table

HEAD = 256  # bytes that tell what an XML file is
SPACES = re.compile(r"\s*")
DECODER = json.JSONDecoder()
COLUMNS = tuple(Column(field, field) for field in FIELDS)
BOM = b"\xef\xbb\xbf"

Found = Mapping[str, Any]  # values by field; of a line that is none, NOT_READ alone
NOT_READ = "text"


def open_own(file: BinaryIO) -> Table | None:
    """The Table in an export of ours that is no table, else None. Raises NotATable."""
    file.seek(0)
    head = file.read(LONGEST_LINE).removeprefix(BOM).lstrip()
    file.seek(0)
    for kind, is_kind, read in _KINDS:
        if is_kind(head):
            return Table(kind, "utf-8", None, 0, COLUMNS, 0, _rows(read(file)))
    return None


def _is_jsonl(head: bytes) -> bool:
    """Whether the first line is an object: other texts, too, begin with a brace."""
    return head.startswith(b"{") and isinstance(_parsed(head.splitlines()[0]), dict)


def _is_jsonlead(head: bytes) -> bool:
    return head.startswith(b"[") and head[1:].lstrip().startswith((b"{", b"]"))


def _is_adf(head: bytes) -> bool:
    return head.startswith(b"<") and (b"<adf" in head[:HEAD] or b"?adf" in head[:HEAD].lower())


def _rows(found: Iterable[tuple[int, Found]]) -> Iterator[Row]:
    """Each with a line number of its own, though two may stand in one line."""
    last = 0
    for line, each in found:
        last = max(line, last + 1)
        if NOT_READ in each:
            yield Row(last, (each[NOT_READ],), Problem("object", "", "This line is no JSON object."))
        else:
            yield Row(last, tuple(_text(each.get(field)) for field in FIELDS))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value)


# --- JSON ------------------------------------------------------------------------------------------


def _read_jsonl(file: BinaryIO) -> Iterator[tuple[int, Found]]:
    line = 0
    while text := file.readline(LONGEST_LINE + 1):
        line += 1
        if len(text) > LONGEST_LINE:
            raise NotATable("too_long", f"Line {line} is longer than 1 MiB: this is not a list of leads.")
        if text.strip():
            lead = _parsed(text.removeprefix(BOM))
            is_lead = isinstance(lead, dict)
            yield line, _of_object(lead) if is_lead else {NOT_READ: text.decode("utf-8", "replace").strip()}


def _of_object(lead: dict[str, Any]) -> Found:
    """Of contract 15's, with `car`, `archived` and `origin`."""
    car, origin = _dict(lead.get("car")), _dict(lead.get("origin"))
    return {
        **{field: lead.get(field) for field in FIELDS},
        **{name: car.get(name) for name in ("make", "model", "overviewYear", "vin", "stockNumber", "location")},
        **{name: origin.get(name) for name in ("source", "externalId")},
    }


def _read_jsonlead(file: BinaryIO) -> Iterator[tuple[int, Found]]:
    for number, document in enumerate(_documents(_Text(file)), 1):
        if "sales_lead" not in _dict(document):
            raise _no_export()
        yield number, _of_document(document)


def _documents(text: "_Text") -> Iterator[Any]:
    """The members of a list, one at a time: all of them at once could take 500 MB for a file of 20 MiB."""
    text.skip("[")
    while text.next_sign() != "]":
        yield text.document()
        text.skip(",")
    text.skip("]")
    if text.next_sign():
        raise _no_export()


class _Text:
    """The text of a file, of which little more is held than one document may have."""

    def __init__(self, file: BinaryIO):
        self._file = codecs.getreader("utf-8-sig")(file)
        self.held, self.at = "", 0

    def next_sign(self) -> str:
        """The next character that is no space, which then is the one at `at`; none at the end."""
        self._fill()
        while self.held[self.at : self.at + 1].isspace():
            self.at = SPACES.match(self.held, self.at).end()  # type: ignore[union-attr]
            self._fill()
        return self.held[self.at : self.at + 1]

    def skip(self, sign: str) -> None:
        """If that is the next one."""
        if self.next_sign() == sign:
            self.at += 1

    def document(self) -> Any:
        """What begins at `at`, which then is behind it. Raises NotATable for what is no JSON, or too long."""
        try:
            document, self.at = DECODER.raw_decode(self.held, self.at)
        except (ValueError, RecursionError):
            raise _no_export() from None
        return document

    def _fill(self) -> None:
        while len(self.held) - self.at < LONGEST_LINE and (more := self._read()):
            self.held, self.at = self.held[self.at :] + more, 0

    def _read(self) -> str:
        try:
            return self._file.read(LONGEST_LINE)
        except UnicodeDecodeError:
            raise _no_export() from None


def _no_export() -> NotATable:
    sentence = "This JSON is no export of ours: neither JsonLead documents nor lines of leads."
    return NotATable("not_a_table", sentence)


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


# Each that a file can be: whether it is, by how it begins, and what reads it.
_KINDS: tuple[tuple[str, Callable[[bytes], bool], Callable[[BinaryIO], Iterator[tuple[int, Found]]]], ...] = (
    ("jsonl", _is_jsonl, _read_jsonl),
    ("jsonlead", _is_jsonlead, _read_jsonlead),
    ("adf", _is_adf, read_adf),
)
