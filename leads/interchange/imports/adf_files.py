"""Reads the ADF that our own exports write, a prospect at a time: whatever else stands in a file takes no room."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from xml.parsers import expat

from steerleads.tables.encodings import LONGEST_LINE
from steerleads.tables.table import NotATable

CHUNK = 64 * 1024  # bytes
DEEPEST = 50  # elements in each other; ours have six
CONTACT = "customer/contact"
# Where in a prospect a field stands. Of two ids the first is ours, and the other one of its source.
PLACES = {
    "id 1": "id",
    "id 2": "externalId",
    "requestdate": "createdAt",
    "vehicle/comments": "action",
    "vehicle/year": "overviewYear",
    "vehicle/make": "make",
    "vehicle/model": "model",
    "vehicle/vin": "vin",
    "vehicle/stock": "stockNumber",
    f"{CONTACT}/name": "targetName",
    f"{CONTACT}/phone": "phone",
    f"{CONTACT}/email": "email",
    "customer/comments": "note",
}


class NotAllowed(Exception):
    """What ours have not, and what makes a large thing of a small file: a document type, a depth, a tag without end."""


def read_adf(file: BinaryIO) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """(line, {field: text}) of each prospect. Raises NotATable."""
    parser, prospects, given = expat.ParserCreate(), _Prospects(), 0
    parser.StartElementHandler = lambda tag, attributes: prospects.start(tag, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler, parser.CharacterDataHandler = prospects.end, prospects.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    try:
        while chunk := file.read(CHUNK):
            parser.Parse(chunk, False)
            given += len(chunk)
            if given - parser.CurrentByteIndex > LONGEST_LINE:
                raise NotAllowed()
            yield from prospects.taken()
        parser.Parse(b"", True)
    except (expat.ExpatError, NotAllowed):
        raise NotATable("not_a_table", "This ADF is not as our exports write it: it cannot be read as XML.") from None
    yield from prospects.taken()


def _refuse(*_declaration: object) -> None:
    raise NotAllowed()


class _Prospects:
    """What the parser meets, of which the texts in PLACES are kept."""

    def __init__(self) -> None:
        self._read: list[tuple[int, dict[str, str]]] = []
        self._path: list[str] = []  # from the prospect on, once there is one
        self._depth = 0
        self._fields: dict[str, str] = {}
        self._field: str | None = None  # whose text is being read
        self._line = 0

    def taken(self) -> list[tuple[int, dict[str, str]]]:
        """The prospects that ended since this was asked."""
        read, self._read = self._read, []
        return read

    def start(self, tag: str, attributes: Mapping[str, str], line: int) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotAllowed()
        if self._path or tag == "prospect":
            self._path.append(tag)
        if len(self._path) == 1:
            self._fields, self._line = {}, line
        else:
            self._begin(attributes)

    def _begin(self, attributes):
        place = "/".join(self._path[1:])
        if place == "id":
            place = f"id {attributes.get('sequence')}"
        field = PLACES.get(place)
        self._field = field if field not in self._fields else None  # the first counts
        if self._field:
            self._fields[self._field] = ""
        if self._field == "externalId":
            self._fields["source"] = attributes.get("source", "")

    def text(self, text: str) -> None:
        if self._field:
            self._fields[self._field] += text

    def end(self, _tag: str) -> None:
        self._depth, self._field = self._depth - 1, None
        if self._path:
            self._path.pop()
            if not self._path:
                self._read.append((self._line, self._fields))
