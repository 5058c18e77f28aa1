"""Reads cars out of a CSV file as dealers' programs and spreadsheets write it: row by row, each with its line number."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain

from cars.serializers import KEPT_BY_STAFF
from steerleads.db.text import fold, shown

LONGEST_LINE = 1024 * 1024  # bytes
SEPARATORS = ",;\t"
REQUIRED = ("make", "model")

# What else the page's names are called, folded and without anything but letters and digits.
ALIASES = {
    "brand": "make",
    "manufacturer": "make",
    "marque": "make",
    "constructeur": "make",
    "modele": "model",
    "year": "overviewYear",
    "modelyear": "overviewYear",
    "annee": "overviewYear",
    "anneemodele": "overviewYear",
    "millesime": "overviewYear",
    "chassis": "vin",
    "chassisnumber": "vin",
    "numerodechassis": "vin",
    "ndechassis": "vin",
    "stock": "stockNumber",
    "stockno": "stockNumber",
    "numerodestock": "stockNumber",
    "ndestock": "stockNumber",
    "reference": "stockNumber",
    "prix": "price",
    "prixdevente": "price",
    "kms": "km",
    "mileage": "km",
    "kilometers": "km",
    "kilometres": "km",
    "kilometrage": "km",
    "city": "location",
    "ville": "location",
    "lieu": "location",
    "statut": "status",
    "platenumber": "plate",
    "numberplate": "plate",
    "licenseplate": "plate",
    "licenceplate": "plate",
    "registration": "plate",
    "registrationnumber": "plate",
    "plaque": "plate",
    "matricule": "plate",
    "immatriculation": "plate",
    "numerodimmatriculation": "plate",
    "ndimmatriculation": "plate",
    "اللوحه": "plate",
    "رقماللوحه": "plate",
    "لوحهالترقيم": "plate",
    "رقمالتسجيل": "plate",
}
COLUMNS = {name.lower(): name for name in KEPT_BY_STAFF} | ALIASES

NUMBERS = ("overviewYear", "price", "km")
SPACES = re.compile(r"[ \xa0\u2009\u202f]")
DECIMAL_COMMA = re.compile(r"(-?[0-9]+),([0-9]{1,2})")
AMBIGUOUS = re.compile(r"([1-9][0-9]{0,2})\.([0-9]{3})")


class NotASheet(Exception):
    """The file as a whole cannot be imported; the message says why, and what would be right."""


class BadRow(Exception):
    """This row cannot be; the message says why."""


@dataclass(frozen=True)
class Row:
    """A car's texts by the page's names, blank ones left out, or the reason why they could not be read."""

    line: int
    cells: dict
    problem: str | None = None


@dataclass(frozen=True)
class Sheet:
    lines: int
    titles: dict  # the page's names, as this file spells them
    ignored: list
    rows: Iterator[Row]


def read_sheet(file):
    """The Sheet in a binary file that can be read twice. Raises NotASheet."""
    count = _count_lines(file)
    file.seek(0)
    # newline="": csv wants to see the line ends, some stand inside quotes.
    lines = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    separator, first, before = _first_line(lines)
    # strict: a stray quote is an error here, and not the beginning of a field that swallows the rows below.
    reader = csv.reader(chain([first], lines), delimiter=separator, skipinitialspace=True, strict=True)
    header, names = _read_header(reader)
    titles = {name: shown(title) for name, title in zip(names, header, strict=True) if name}
    ignored = [title for name, title in zip(names, header, strict=True) if not name and title]
    return Sheet(count, titles, ignored, _rows(reader, separator, names, before))


def _count_lines(file):
    """How many lines there are, all of UTF-8: a file that is not is refused before the first car is written."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise NotASheet(f"Line {number} is longer than 1 MiB: this is not a list of cars.")
        try:
            line.decode()
        except UnicodeDecodeError as error:
            raise NotASheet(
                f"Line {number} is not UTF-8 (at its byte {error.start + 1}). In a spreadsheet, save it as “CSV UTF-8”."
            ) from None
    return number


def _first_line(lines):
    """(the separator, the line that names the columns, how many lines stood before it)."""
    line = lines.readline()
    named = re.fullmatch(r'"?sep=([,;\t])"?\s*', line, re.IGNORECASE)  # how Excel writes down the separator
    if named:
        line = lines.readline()
    if "\0" in line:
        raise NotASheet("The file has NUL bytes: it may be UTF-16. In a spreadsheet, save it as “CSV UTF-8”.")
    if not line.strip():
        raise NotASheet("The file is empty, or its first line is: that line must name the columns.")
    known = {separator: sum(map(bool, _names(line.split(separator)))) for separator in SEPARATORS}
    return named[1] if named else max(SEPARATORS, key=known.get), line, 1 if named else 0


def _read_header(reader):
    """(the titles, the page's name or None for each of them)."""
    try:
        header = [title.strip() for title in next(reader)]
    except csv.Error as error:
        raise NotASheet(f"The first line is not CSV: {error}.") from None
    names = _names(header)
    for name in REQUIRED:
        if name not in names:
            raise NotASheet(
                f"There is no column “{name}” among {', '.join(f'“{shown(title)}”' for title in header[:20])}."
                f" The first line must name the columns: {', '.join(KEPT_BY_STAFF)}."
            )
    for name in KEPT_BY_STAFF:
        if names.count(name) > 1:
            twice = " and ".join(
                f"“{shown(title)}”" for title, column in zip(header, names, strict=True) if column == name
            )
            raise NotASheet(f"The columns {twice} both mean {name}. Keep one of them.")
    return header, names


def _names(titles):
    folded = [re.sub(r"[\W_]", "", fold(title)) for title in titles]
    # `Km (كلم)` is km as well.
    return [COLUMNS.get(name) or COLUMNS.get(re.sub(r"[^a-z0-9]", "", name)) for name in folded]


def _rows(reader, separator, names, before):
    while True:
        line = before + reader.line_num + 1  # a row of several lines is called by its first one
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, {}, _in_words(error, before + reader.line_num))
            continue
        if any(value.strip() for value in values):
            yield _row(line, values, names, separator)


def _row(line, values, names, separator):
    if len(values) < len(names) or any(value.strip() for value in values[len(names) :]):
        return Row(line, {}, f"It has {len(values)} columns, and the first line names {len(names)}.")
    cells = {name: value for name, value in zip(names, values, strict=False) if name and value.strip()}
    try:
        cells |= {name: _number(cells[name], separator) for name in NUMBERS if name in cells}
    except BadRow as problem:
        return Row(line, {}, str(problem))
    return Row(line, cells)


def _number(text, separator):
    """The number as the API takes it: `120 000,50`, as French spreadsheets write beside semicolons, is 120000.50."""
    text = SPACES.sub("", text.strip())
    if separator == ";":
        text = DECIMAL_COMMA.sub(r"\1.\2", text) if DECIMAL_COMMA.fullmatch(text) else text
    if both := AMBIGUOUS.fullmatch(text):
        # The API's rules would make 120 of it, where many mean 120000.
        raise BadRow(f"“{text}” could mean {both[1]}{both[2]} or {both[1]}. Write one of these.")
    return text


def _in_words(error, last_line):
    reasons = {
        "unexpected end of data": "A quoted text begins in this row and does not end.",
        "field larger": f"A text in it, still going on in line {last_line}, has over {csv.field_size_limit()} characters.",
        "expected after": "A quote stands inside a quoted text. Write it twice.",
    }
    return next((reason for sign, reason in reasons.items() if sign in str(error)), f"It is not CSV: {error}.")
