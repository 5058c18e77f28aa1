"""Files that nobody should have sent, by what is wrong with them, and the program that tells what becomes of each.

It is a program of its own because the most memory that a process ever had is counted once.
"""

import gzip
import json
import random
import re
import resource
import sys
import time
from io import BytesIO
from itertools import repeat
from pathlib import Path

from steerleads.tables.reading import LARGEST_FILE, open_table
from steerleads.tables.table import NotATable
from steerleads.tables.tests.titles import TITLES
from steerleads.tables.tests.workbooks import cell_xml, sheet_xml, with_sizes, workbook, zipped

MIB = 1024 * 1024
NAMES = b'<row r="1">%s</row>' % cell_xml("A1", b"Name")
ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


def text_files():
    yield "nothing", b"", "empty"
    yield "blank lines", b"\r\n" * 1000, "empty"
    yield "a mark of UTF-8 alone", b"\xef\xbb\xbf", "empty"
    yield "^Z alone", b"\x1a", "empty"
    yield "separators alone", b",,,,\n" * 1000, "empty"
    yield "sep= alone", b"sep=;\n", "empty"
    yield "NULs", bytes(MIB), "empty"
    yield "noise", random.Random(1).randbytes(MIB), "not_a_table"
    yield "a picture", b"\x89PNG\r\n\x1a\n" + bytes(100), "not_a_table"
    yield "a photograph", b"\xff\xd8\xff\xe0" + bytes(100), "not_a_table"
    yield "a PDF", b"%PDF-1.7\n1 0 obj\n", "not_a_table"
    yield "a compressed table", gzip.compress(b"Name,Phone\n" * 1000), "not_a_table"
    yield "a program", b"MZ" + bytes(100), "not_a_table"
    yield "a text document", b"{\\rtf1 Name}", "not_a_table"
    yield "a web page", b"<html><table><tr><td>Name</td></tr></table></html>", "html"
    yield "a web page behind blanks", b"\xef\xbb\xbf \n<!DOCTYPE html><table>", "html"
    yield "a web page in UTF-16", "<table><tr><td>Name".encode("utf-16"), "html"
    yield "a web archive", b"MIME-Version: 1.0\nContent-Type: multipart/related\n", "html"
    yield "a workbook of Excel 2003", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas', "not_a_table"
    yield "UTF-32", "Name,Phone\nSalma,1\n".encode("utf-32"), [1, []]


def sizes():
    yield "more than 20 MiB", b"Name\n" + b"x" * LARGEST_FILE, "too_large"
    yield "a line of 10 MiB", b"Name\n" + b"x" * 10 * MIB, "too_long"
    yield "200,001 rows", b"Name\n" + b"x\n" * 200_001, "too_many_rows"
    yield "200,000 rows", b"Name\n" + b"x\n" * 200_000, [200_000, []]
    yield "10,000 columns", b",".join([b"Name", *repeat(b"x", 9_999)]) + b"\n", "too_many_columns"
    yield "10,000 blank columns", b"Name" + b"," * 9_999 + b"\nx\n", [1, []]
    yield "lines of a million commas", b"Name\n" + (b"," * 1_000_000 + b"\n") * 5, [0, []]
    yield "rows that are too wide", b"Name\n" + (b"x" + b"," * 1_000_000 + b"y\n") * 3, [3, ["columns"]]
    yield "a cell of 200,000 letters", b"Name\n" + b"x" * 200_000 + b"\ny\n", [2, ["too_long"]]
    yield "quotes alone", b"Name\n" + b'"' * (MIB - 1) + b"\ny\n", [2, ["too_long"]]


def grammar():
    yield "a quote that never ends", b'Name,Phone\na,1\nb,"2\n' + b"c,3\n" * 10, [2, ["quote"]]
    yield "quotes that swallow what a cell may have", b'Name,Phone\nb,"2\n' + b"c,3\n" * 40_000, [7233, ["quote"]]
    yield "a quote that never ends in the titles", b'Name,"Phone\na,1\n', "quote"
    yield "stray quotes", b'Name,Phone\n"a" b,1\nc,2\n' * 2, [5, ["quote"]]
    yield "line ends of all kinds", b"Name,Phone\ra,1\r\nb,2\nc,3\r\r\n\n\rd,4", [4, []]
    yield "titles below the fifteenth line", b"x\n" * 15 + b"Name\na\n", [16, []]
    yield "formulas", b"Name,Phone\n=cmd|' /C calc'!A0,@SUM(1)\n-1+1,+1\n", [2, []]
    yield "a NUL in a cell", b"Name,Phone\nSal\0ma,1\n", [1, []]
    yield "turned letters", "Name,Phone\n\u202eSalma\u202c\u200b,1\n".encode(), [1, []]


def encodings():
    yield "half a letter at the end", "Name\nSalma\nZoé".encode()[:-1], [2, []]
    yield "bytes that UTF-8 never has", b"Name\n\xc0\x80\xff\xfe\xed\xa0\x80\n", [1, []]
    yield "half a letter of UTF-16", "Name\nSalma\n".encode("utf-16")[:-1], [1, []]
    yield "half a pair of UTF-16", "Name\nSal\ud800ma\n".encode("utf-16", "surrogatepass"), [1, []]
    yield "bytes that cp1252 never has", b"Name\n\x81\x8d\x8f\x90\x9d\n", [1, []]
    yield "letters encoded again and again", b"Name\n" + b"\xc3\x83\xc2\x83" * 200_000 + b"\n", [1, ["too_long"]]


def workbooks():
    good = workbook([["Name"], ["Salma"]])
    yield "a workbook cut off", good[:-30], "not_a_table"
    yield "half a workbook", good[: len(good) // 2], "not_a_table"
    yield "a workbook of noise", b"PK\x03\x04" + random.Random(2).randbytes(9999), "not_a_table"
    yield (
        "an old workbook of noise",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(3).randbytes(9999),
        "not_a_table",
    )
    yield "an archive of something else", zipped({"Name.csv": "Name\n"}), "not_a_table"
    yield "an archive of nothing", zipped({}), "not_a_table"
    yield "an archive of 20,000 files", zipped({f"xl/{n}": "" for n in range(20_000)}), "not_a_table"
    yield "a workbook in a workbook", zipped({"xl/workbook.xml": good}), "not_a_table"
    yield "a workbook without its sheet", with_sizes(good, 0), "not_a_table"
    yield "a workbook of markup that never ends", workbook((b"<row>" * 1_000_000,)), "empty"
    yield "entities in entities", workbook([["Name"]], s1=_entities()), "not_a_table"
    yield "an entity of a file", workbook([["Name"]], s1=_entity_of_a_file()), "not_a_table"


def bombs():
    yield "a workbook that says it is large", with_sizes(workbook([["Name"], ["Salma"]]), 600 * MIB), "too_large"
    yield "a cell in the last row and column", workbook((NAMES, _far_cell(1_048_576))), "too_large"
    yield "cells in the last column", workbook((NAMES, *map(_far_cell, range(2, 6_000)))), "too_large"
    yield "50,001 rows", workbook((NAMES, *map(_row, range(2, 50_003)))), "too_many_rows"


def slow_bombs():
    yield "a quote that swallows 4 MiB", b'Name,Phone\nb,"2\n' + b"c,3\n" * MIB, "too_many_rows"
    yield "a cell of 450 MB", workbook(_huge_cell(450)), "too_large"
    yield "a cell of 1 GB whose size lies", with_sizes(workbook(_huge_cell(1024)), 100), "not_a_table"
    yield (
        "a long text in every row",
        workbook((NAMES, *(_row(n, b"x" * 100_000) for n in range(2, 4_000)))),
        "too_large",
    )
    yield "markup of 400 MB", workbook((NAMES, *repeat(b"<!--" + b"x" * MIB + b"-->", 400), _row(2))), [1, []]


def _huge_cell(mebibytes):
    start, end = cell_xml("A2", b"|").split(b"|")
    return (NAMES, b'<row r="2">' + start, *repeat(b"x" * MIB, mebibytes), end + b"</row>")


def _far_cell(row):
    return b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (row, row)


def _row(number, text=b"x"):
    return b'<row r="%d">%s</row>' % (number, cell_xml(f"A{number}", text))


def _entities():
    return [f'<!DOCTYPE x [<!ENTITY e0 "x">{ENTITIES}]>', *sheet_xml((NAMES, _row(2, b"&e11;")))]


def _entity_of_a_file():
    return ['<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', *sheet_xml((NAMES, _row(2, b"&e;")))]


GROUPS = (text_files, sizes, grammar, encodings, workbooks, bombs)


def cases(groups):
    for group in groups:
        yield from group()


def outcome(content):
    """The code by which a file was refused, or [rows, the codes of those that were]."""
    try:
        rows = list(open_table(BytesIO(content), TITLES).rows)
    except NotATable as refused:
        assert refused.message.endswith("."), refused.message
        return refused.code
    return [len(rows), sorted({row.problem.code for row in rows if row.problem})]


def main():
    """A line of JSON a file: its name, what became of it, what was expected, and the seconds. Then the MiB taken at most."""
    for name, content, expected in cases([slow_bombs] if "slow" in sys.argv else GROUPS):
        start = time.process_time()
        found = outcome(content)
        print(json.dumps([name, found, expected, time.process_time() - start]), flush=True)
    print(json.dumps([_most_memory(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024]))


def _most_memory():
    # Not ru_maxrss, which begins with what the process had that started this one.
    [most] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(most) // 1024


if __name__ == "__main__":
    main()
