"""Files that are no tables whatever their names say: web pages saved as workbooks, pictures, archives."""

import re

from steerleads.tables.table import NotATable

WORKBOOKS = {b"PK\x03\x04": "xlsx", b"\xd0\xcf\x11\xe0": "xls"}  # a zip archive, a compound file
MAGIC = {
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"%PDF": "a PDF",
    b"Rar!": "an archive",
    b"7z\xbc\xaf": "an archive",
    b"\x1f\x8b": "a compressed file",
    b"MZ": "a program",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database",
    b"{\\rtf": "a text document",
}
WEB_PAGE = re.compile(rb"<(?:!doctype html|html|head|body|meta|style|div|table)\b|mime-version:", re.IGNORECASE)
EXCEL_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
# What no text has: controls other than those of lines, and of DOS's end.
CONTROLS = re.compile("[\0-\x08\x0e-\x19\x1b]")
SAVE_AGAIN = "Open it in a spreadsheet and save it as “Excel workbook (.xlsx)” or “CSV UTF-8”."


def refuse_stranger(head: bytes) -> None:
    """Raises NotATable if the first bytes of a file are those of something else that is known."""
    if kind := next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), None):
        raise NotATable("not_a_table", f"This is {kind}, not a table. Give a CSV file or an Excel workbook.")
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if WEB_PAGE.match(text):
        raise NotATable("html", f"This is a web page, whatever its name ends in. {SAVE_AGAIN}")
    if text.startswith(b"<?xml"):
        kind = "a workbook of Excel 2003" if EXCEL_2003 in text else "an XML document"
        raise NotATable("html" if WEB_PAGE.search(text) else "not_a_table", f"This is {kind}. {SAVE_AGAIN}")


def refuse_controls(head: str) -> None:
    """Raises NotATable for a text without a known title that has characters that no text has."""
    if CONTROLS.search(head):
        raise NotATable("not_a_table", "This is not a table: it has no title, and characters that no text has.")
