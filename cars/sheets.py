"""Cars in a table: which titles name their fields, and how dealers write their numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from cars.matching import bare_vin
from cars.serializers import KEPT_BY_STAFF
from steerleads.db.text import fold, shown
from steerleads.tables.reading import open_table
from steerleads.tables.table import Column, NotATable, Row, Table, clashes
from steerleads.tables.titles import Titles

REQUIRED = ("make", "model")

# What else the page's names are called, in any spelling.
ALIASES = {
    "make": ("brand", "manufacturer", "vehicle make", "marque", "constructeur", "الماركة", "الصانع"),
    "model": ("vehicle model", "modèle", "الموديل", "الطراز"),
    "overviewYear": ("year", "model year", "année", "année modèle", "millésime", "السنة", "سنة الصنع"),
    "vin": ("chassis", "chassis number", "numéro de châssis", "n° de châssis", "رقم الهيكل", "رقم الشاسيه"),
    "stockNumber": ("stock", "stock no", "numéro de stock", "n° de stock", "reference", "رقم المخزون"),
    "price": ("asking price", "selling price", "prix", "prix de vente", "الثمن", "السعر"),
    "km": ("kms", "mileage", "odometer", "kilometers", "kilometres", "kilométrage", "الكيلومترات"),
    "location": ("city", "ville", "lieu", "المدينة"),
    "status": ("statut", "الحالة"),
    "plate": (
        *("plate number", "number plate", "license plate", "licence plate", "registration", "registration number"),
        *("plaque", "matricule", "immatriculation", "numéro d'immatriculation", "n° d'immatriculation"),
        *("اللوحة", "رقم اللوحة", "لوحة الترقيم", "رقم التسجيل"),
    ),
}
TITLES = Titles(
    {title: name for name in KEPT_BY_STAFF for title in (name, *ALIASES.get(name, ()))}, single=KEPT_BY_STAFF
)

NUMBERS = ("overviewYear", "price", "km")
SPACES = re.compile(r"[ \xa0\u2009\u202f]")
NUMERIC = re.compile(r"[-0-9.,]+")
# The signs for thousands and decimals on Arabic keyboards.
ARABIC_SIGNS = str.maketrans({"٬": "", "٫": "."})
DECIMAL_COMMA = re.compile(r"(-?[0-9]+),([0-9]{1,2})")
AMBIGUOUS = re.compile(r"([1-9][0-9]{0,2})\.([0-9]{3})")
# A field that had to be filled, and that nobody could.
FILLER_VIN = re.compile(r"(\w)\1{16}")


class BadRow(Exception):
    """This row cannot be a car; the message says why."""


@dataclass(frozen=True)
class CarRow:
    """A car's texts by the page's names, blank ones left out, or the reason why they could not be read."""

    line: int
    cells: dict
    problem: str | None = None


@dataclass(frozen=True)
class Sheet:
    lines: int
    titles: dict  # the page's names, as this file spells them
    ignored: list
    rows: Iterator[CarRow]


def read_sheet(file: BinaryIO) -> Sheet:
    """The Sheet in a file that can be read twice. Raises NotATable."""
    return sheet_of(open_table(file, TITLES))


def sheet_of(table: Table) -> Sheet:
    """The Sheet in a Table, whose columns are those of cars or ignored. Raises NotATable."""
    _check_columns(table)
    titles = {column.field: shown(column.title) for column in table.columns if column.field}
    return Sheet(table.lines, titles, table.ignored, (_car_row(row, table) for row in table.rows))


def _check_columns(table: Table) -> None:
    named = {column.field for column in table.columns}
    for name in REQUIRED:
        if name not in named:
            titles = ", ".join(f"“{shown(column.title)}”" for column in table.columns[:20])
            message = f"There is no column “{name}” among {titles}. One line, among the first, must name the columns: {', '.join(KEPT_BY_STAFF)}."
            raise NotATable("no_column", message)
    for name, titles in clashes(table.columns, TITLES.single).items():
        twice = " and ".join(f"“{shown(title)}”" for title in titles)
        raise NotATable("columns", f"The columns {twice} both mean {name}. Keep one of them.")


def _car_row(row: Row, table: Table) -> CarRow:
    try:
        return CarRow(row.line, _cells(row, table))
    except BadRow as problem:
        return CarRow(row.line, {}, str(problem))


def _cells(row: Row, table: Table) -> dict:
    if row.problem:
        raise BadRow(row.problem.message)
    if row.missing:
        raise BadRow(_too_short(row, table))
    columns = zip(table.columns, row.cells, strict=True)
    return {column.field: _value(column, text, table) for column, text in columns if column.field and text}


def _too_short(row: Row, table: Table) -> str:
    has = {"has": len(row.cells) - row.missing, "line": table.header_line, "named": len(row.cells)}
    if table.header_line == 1:
        return _("It has %(has)s columns, and the first line names %(named)s.") % has
    return _("It has %(has)s columns, and line %(line)s names %(named)s.") % has


def _value(column: Column, text: str, table: Table) -> str:
    if column.field in NUMBERS:
        return _number(text, table.separator)
    return _vin(text, column) if column.field == "vin" else text


def _vin(text: str, column: Column) -> str:
    text = bare_vin(text)
    if FILLER_VIN.fullmatch(text):
        problem = _("%(vin)s is no car’s VIN. Leave it empty where it is not known.") % {"vin": text}
        raise BadRow(f"{shown(column.title)}: {problem}")
    return text


def _number(text: str, separator: str | None) -> str:
    """The number as the API takes it: `120 000,50`, as French spreadsheets write beside semicolons, is 120000.50."""
    plain = fold(SPACES.sub("", text)).translate(ARABIC_SIGNS)
    return _plain_number(plain, separator) if NUMERIC.fullmatch(plain) else text


def _plain_number(text: str, separator: str | None) -> str:
    if separator == ";" and DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if both := AMBIGUOUS.fullmatch(text):
        # The API's rules would make 120 of 120.000, where many mean 120000.
        raise BadRow(_ambiguous(text, *both.groups()))
    return text


def _ambiguous(text: str, whole: str, rest: str) -> str:
    facts = {"text": text, "thousands": whole + rest, "whole": whole}
    if rest == "000":
        return _("“%(text)s” could mean %(thousands)s or %(whole)s. Write one of these.") % facts
    return _("“%(text)s” could mean %(thousands)s, or has three decimals. Write it with two or none.") % facts
