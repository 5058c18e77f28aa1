"""Reads one row of a file as a lead: its texts, contact, status and time, and what tells of its car."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.serializers import ValidationError

from cars.matching import Clues, bare_vin
from leads.contacts.parsing import emails_in, phones_in
from leads.fields import BODY_FIELDS, Status
from leads.interchange.imports.dates import NotATime, time_of
from leads.interchange.imports.phones import Destroyed, may_be_shortened, phones_of
from leads.interchange.imports.statuses import status_of
from steerleads.db.ids import parse_id
from steerleads.db.text import forbidden_character, normalise, shown

LONGEST = {"source": 100, "externalId": 255, "id": 255, "carId": 36}  # characters, as Origin keeps them
# Characters that a cell has at most, and all that tell of the contact together, before anything else is asked of them:
# what reads them need not be quick with more.
LONGEST_CELL, LONGEST_CONTACT = 4000, 1500
CONTACT = ("targetInfo", "mobile", "phone", "email")
JOINT = " / "
BODIES = {each.name: each.body for each in BODY_FIELDS}
YES, NO = {"true", "1", "yes", "oui", "نعم"}, {"false", "0", "no", "non", "لا"}
META_ID = re.compile(r"^l:(\d+)$", re.ASCII)  # as Meta writes ids into tables, that they are no numbers
YEAR = re.compile(r"(?<!\d)(?:18|19|20|21)\d\d(?!\d)", re.ASCII)

Cell = tuple[str, str]  # (the column's title, what stands there)


class RowError(Exception):
    """Why a row cannot be a lead: with the column's title, a code for programs, and a sentence for people."""

    def __init__(self, title: str, code: str, message: str):
        super().__init__(message)
        self.title, self.code, self.message = title, code, str(message)


@dataclass(frozen=True)
class Rules:
    """What a file's rows are read by, beside their cells."""

    zone: tzinfo
    now: datetime
    action: str  # of rows that name none
    source: str  # of rows that name none
    statuses: Mapping[str, str] = field(default_factory=dict)
    month_first: bool = False


@dataclass(frozen=True)
class LeadRow:
    """A row as a lead: `fields` are model columns and clean values; `given` those of them that the file has itself."""

    fields: Mapping[str, Any]
    given: frozenset[str]
    clues: Clues
    source: str
    external_id: str | None = None
    own_id: UUID | None = None  # of our own export: a lead of this dealership, perhaps
    archived: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    car_title: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)  # of the columns, by field


def read(cells: Mapping[str, Sequence[Cell]], rules: Rules) -> LeadRow:
    """The LeadRow of a row's cells by field, empty ones left out. Raises RowError."""
    _refuse_endless(cells)
    fields, given = _fields(cells, rules)
    own_id, external_id = _ids(cells)
    return LeadRow(
        fields=fields,
        given=frozenset(given),
        clues=_clues(cells),
        source=_text(cells, "source") or rules.source,
        external_id=external_id,
        own_id=own_id,
        archived=_yes_or_no(cells, "archived"),
        created_at=_created(cells, rules),
        updated_at=_updated(cells, rules),
        car_title=_car_title(cells),
        titles={name: _title(cells, name) for name in cells},
    )


def _refuse_endless(cells):
    for title, text in (cell for column in cells.values() for cell in column):
        _refuse_over(LONGEST_CELL, title, len(text))
    contact = [cell for name in CONTACT for cell in cells.get(name, ())]
    if contact:
        _refuse_over(LONGEST_CONTACT, contact[0][0], sum(len(text) for _title, text in contact))


def _refuse_over(most, title, length):
    if length > most:
        sentence = _("This field has %(length)s characters; at most %(most)s are allowed.")
        raise RowError(title, "too_long", sentence % {"length": length, "most": most})


# --- Texts -----------------------------------------------------------------------------------------


def _fields(cells, rules):
    """({column: clean value}, the columns that the file gives)."""
    contact, contact_title = _contact(cells)
    name, name_title = _name(cells)
    given = {"target_info"} | ({"target_name"} if name else set())
    fields = {
        "action": _judged("action", _text(cells, "action") or rules.action, _title(cells, "action")),
        "target_name": _judged("targetName", name or contact[:200], name_title or contact_title),
        "target_info": _judged("targetInfo", contact, contact_title),
        "status": _status(cells, rules),
    }
    for name in ("tag", "note", "order"):
        if name in cells:
            fields[name] = _judged(name, _text(cells, name), _title(cells, name))
    given |= fields.keys() & {name for name in ("action", "tag", "note", "order") if name in cells}
    if "status" in cells and status_of(_text(cells, "status"), rules.statuses):
        given.add("status")
    return fields, given


def _name(cells):
    """(the contact's name, its column's title), or empty texts."""
    whole, first, last = (_text(cells, name) for name in ("targetName", "firstName", "lastName"))
    title = next((_title(cells, name) for name in ("targetName", "lastName", "firstName") if name in cells), "")
    if whole and last and not first and last not in whole:  # الاسم beside النسب
        return f"{whole} {last}", title
    name = whole or " ".join(part for part in (first, last) if part)
    return (name, title) if name else (_text(cells, "company"), _title(cells, "company"))


def _contact(cells):
    """(phones and addresses in one text, the title of the first). What targetInfo has already is not added."""
    info = _text(cells, "targetInfo")
    if info and may_be_shortened(info):
        info = JOINT.join(_phones(*cells["targetInfo"][0]))
    parts, named = ([info], _named_in(info)) if info else ([], set())
    for title, text in (*cells.get("mobile", ()), *cells.get("phone", ())):
        for phone in _phones(title, _one_line(text)):
            _add(parts, named, phone, phone.removeprefix("+"))
    for _heading, text in cells.get("email", ()):
        _add(parts, named, _one_line(text), normalise(text).lower())
    if not parts:
        raise RowError("", "no_contact", _("The row has neither a phone number nor an e-mail address."))
    return JOINT.join(parts), next(cells[name][0][0] for name in CONTACT if name in cells)


def _add(parts, named, text, key):
    if text and not {text, key} & named:
        parts.append(text)
        named |= {key, *_named_in(text)}


def _named_in(text):
    """The text itself, and the keys of what it names: by these, the same is not added again."""
    return {text, text.lower(), *phones_in(text), *emails_in(text)}


def _phones(title, text):
    try:
        return phones_of(text)
    except Destroyed:
        sentence = _(
            "%(number)s: the spreadsheet has shortened this number; format the column as text and export again."
        )
        raise RowError(title, "phone_destroyed", sentence % {"number": shown(text, 30)}) from None


def _status(cells, rules):
    return (status_of(_text(cells, "status"), rules.statuses) if "status" in cells else None) or Status.NEW.value


def _judged(name, text, title):
    """The text as the API's rules take it. Raises RowError."""
    try:
        return BODIES[name].run_validation(text)
    except ValidationError as error:
        [problem] = error.detail
        code = "too_long" if problem.code == "max_length" else "bad_value"
        raise RowError(title, code, str(problem)) from None


# --- Where it came from, and when ------------------------------------------------------------------


def _ids(cells):
    """(the id of a lead of ours that the row may be, its external id)."""
    own, external = _text(cells, "id"), _text(cells, "externalId")
    external = external or own
    return parse_id(own), META_ID.sub(r"\1", external) or None


def _yes_or_no(cells, name):
    text = _text(cells, name).lower()
    if not text:
        return None
    if text not in YES | NO:
        raise RowError(_title(cells, name), "bad_value", _("This must be true or false."))
    return text in YES


def _created(cells, rules):
    if "createdAt" not in cells:
        return None
    [(title, text), *_more] = cells["createdAt"]
    try:
        at = time_of(text, rules.zone, month_first=rules.month_first)
    except NotATime:
        sentence = _("This is no date that can be read. One that can is 2026-11-29 14:30.")
        raise RowError(title, "bad_date", sentence) from None
    if at > rules.now:
        raise RowError(title, "bad_date", _("This date lies in the future."))
    return at


def _updated(cells, rules):
    try:
        return time_of(_text(cells, "updatedAt"), rules.zone, month_first=rules.month_first)
    except NotATime:
        return None


# --- Its car ---------------------------------------------------------------------------------------


def _clues(cells):
    year = YEAR.search(_text(cells, "overviewYear"))
    return Clues(
        car_id=parse_id(_text(cells, "carId")),
        vin=bare_vin(_text(cells, "vin")),
        stock_number=_text(cells, "stockNumber"),
        plate=_text(cells, "plate"),
        make=_text(cells, "make"),
        model=_text(cells, "model"),
        year=int(year[0]) if year else None,
        location=_text(cells, "location"),
        text=_text(cells, "car"),
    )


def _car_title(cells):
    """Of the column that says most of the car."""
    names = ("carId", "vin", "stockNumber", "plate", "car", "model", "make")
    return next((_title(cells, name) for name in names if name in cells), "")


# --- Cells -----------------------------------------------------------------------------------------


def _title(cells, name):
    return cells[name][0][0] if name in cells else ""


def _text(cells, name):
    """What stands in a column of one value, without what no text may have."""
    if name not in cells:
        return ""
    title, text = cells[name][0]
    text = _clean(text, multiline=True)
    _refuse_over(LONGEST.get(name, LONGEST_CELL), title, len(text))
    return text if name == "note" else _one_line(text)


def _clean(text, *, multiline=False):
    """Without characters that no text may have."""
    text = normalise(text)
    if text.isprintable() or not forbidden_character(text, multiline=multiline):
        return text
    return "".join(" " if forbidden_character(each, multiline=multiline) else each for each in text)


def _one_line(text):
    """Other white space than the ends stays as it was typed: what we wrote out ourselves comes back the same."""
    return _clean(text).strip()
