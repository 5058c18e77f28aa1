"""Reads cars out of a CSV file as dealers' programs and spreadsheets write it: row by row, each with its line number."""

import csv
import re
from dataclasses import dataclass
from io import TextIOWrapper

from cars.serializers import WRITABLE
from steerleads.api.text import fold, shown

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
}
COLUMNS = {name.lower(): name for name in WRITABLE} | ALIASES

NUMBERS = ("overviewYear", "price", "km")
SPACES = re.compile(r"[ \xa0\u2009\u202f]")
DECIMAL_COMMA = re.compile(r"(-?[0-9]+),([0-9]{1,2})")
THOUSANDS = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+")


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
    rows: object  # an iterator of Row


def read_sheet(file):
    """The Sheet in a binary file that can be read twice. Raises NotASheet."""
    count = _count_lines(file)
    file.seek(0)
    # newline="": csv wants to see the line ends, some stand inside quotes.
    lines = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    separator, header, skipped = _read_header(lines)
    names = [COLUMNS.get(re.sub(r"[^a-z0-9]", "", fold(title))) for title in header]
    _check_header(header, names)
    titles = {name: title for name, title in zip(names, header, strict=True) if name}
    ignored = [title for name, title in zip(names, header, strict=True) if not name and title]
    return Sheet(count, titles, ignored, _rows(lines, separator, names, skipped))


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
                f"Line {number} is not UTF-8 (at its byte {error.start + 1})."
                " In a spreadsheet, save it as “CSV UTF-8”."
            ) from None
    return number


def _read_header(lines):
    """(the separator, the titles, how many lines they took)."""
    line, skipped = lines.readline(), 1
    named = re.fullmatch(r'"?sep=([,;\t])"?\s*', line, re.IGNORECASE)
    if named:  # how Excel writes down the separator
        line, skipped = lines.readline(), 2
    if "\0" in line:
        raise NotASheet("The file has NUL bytes: it may be UTF-16. In a spreadsheet, save it as “CSV UTF-8”.")
    if not line.strip():
        raise NotASheet("The file is empty, or its first line is: it must name the columns.")
    separator = named[1] if named else max(SEPARATORS, key=line.count)
    header = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    return separator, [title.strip() for title in header], skipped


def _check_header(header, names):
    for name in REQUIRED:
        if name not in names:
            raise NotASheet(
                f"There is no column “{name}” among {', '.join(f'“{shown(title)}”' for title in header[:20])}."
                f" The first line must name the columns: {', '.join(WRITABLE)}."
            )
    for name in WRITABLE:
        if names.count(name) > 1:
            twice = " and ".join(f"“{shown(title)}”" for title, found in zip(header, names, strict=True) if found == name)
            raise NotASheet(f"The columns {twice} both mean {name}. Keep one of them.")


def _rows(lines, separator, names, skipped):
    # strict: a stray quote is an error here, and not the beginning of a field that swallows the rows below.
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    while True:
        line = skipped + reader.line_num + 1  # a row of several lines is called by its first one
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, {}, _in_words(error, skipped + reader.line_num))
            continue
        if any(value.strip() for value in values):
            yield _row(line, values, names, separator)


def _row(line, values, names, separator):
    if len(values) < len(names) or any(value.strip() for value in values[len(names) :]):
        return Row(line, {}, f"It has {len(values)} columns, and the first line names {len(names)}.")
    cells = {name: value for name, value in zip(names, values, strict=False) if name and value.strip()}
    try:
        return Row(line, {name: _number(value, separator) if name in NUMBERS else value for name, value in cells.items()})
    except BadRow as problem:
        return Row(line, {}, str(problem))


def _number(text, separator):
    """The number as the API takes it: `120 000,50`, as French spreadsheets write beside semicolons, is 120000.50."""
    text = SPACES.sub("", text.strip())
    if separator == ";":
        text = DECIMAL_COMMA.sub(r"\1.\2", text) if DECIMAL_COMMA.fullmatch(text) else text
    if THOUSANDS.fullmatch(text):
        # The API's rules would make 120 of it.
        raise BadRow(f"“{shown(text)}” could mean two numbers. Write {text.replace('.', '')} or {text.rpartition('.')[0]}.")
    return text


def _in_words(error, last_line):
    reasons = {
        "unexpected end of data": "A quoted text begins in this row and does not end.",
        "field larger": f"A text in this row, which goes on to line {last_line}, is longer than 131072 characters.",
        "expected after": "A quote stands inside a quoted text. Write it twice.",
    }
    return next((reason for sign, reason in reasons.items() if sign in str(error)), f"It is not CSV: {error}.")
