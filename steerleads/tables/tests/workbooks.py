"""Workbooks for tests, written as Excel writes them, down to what is wrong with them."""

import re
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

CONTENT_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
ROOT = f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
# Dates are numbers with this style.
STYLES = (
    f'<styleSheet xmlns="{NAMESPACE}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
)


def workbook(*sheets, hidden=(), **members):
    """The bytes of a workbook. A sheet is a list of rows of texts, numbers, and XML of cells; or pieces of XML.

    `members` are parts in place of the usual ones, by their file's name.
    """
    names = range(1, len(sheets) + 1)
    states = {number: ' state="hidden"' if number in hidden else "" for number in names}
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"{states[n]}/>' for n in names)
    related = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/s{n}.xml"/>' for n in names
    )
    related += f'<Relationship Id="styles" Type="{OFFICE}/styles" Target="styles.xml"/>'
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": ROOT,
        "xl/workbook.xml": f'<workbook xmlns="{NAMESPACE}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{related}</Relationships>',
        "xl/styles.xml": STYLES,
        **{f"xl/worksheets/s{number}.xml": sheet_xml(rows) for number, rows in enumerate(sheets, 1)},
    }
    return zipped({name: members.get(name.split("/")[-1].split(".")[0], part) for name, part in parts.items()})


def zipped(parts):
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            with archive.open(name, "w") as member:
                for piece in [part] if isinstance(part, str | bytes) else part:
                    member.write(piece.encode() if isinstance(piece, str) else piece)
    return file.getvalue()


def sheet_xml(rows):
    """The pieces of a sheet's XML."""
    yield f'<worksheet xmlns="{NAMESPACE}"><sheetData>'
    if isinstance(rows, list):
        for number, cells in enumerate(rows, 1):
            yield f'<row r="{number}">' + "".join(_cell(number, at, cell) for at, cell in enumerate(cells)) + "</row>"
    else:
        yield from rows
    yield "</sheetData></worksheet>"


def _cell(row, at, value):
    place = f"{_letters(at)}{row}"
    if isinstance(value, str):
        if value.startswith("<c "):
            return re.sub("^<c ", f'<c r="{place}" ', value)
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return "" if value is None else f'<c r="{place}"><v>{value}</v></c>'


def _letters(at):
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)


def date_cell(days):
    return f'<c s="1"><v>{days}</v></c>'


def boolean_cell(value):
    return f'<c t="b"><v>{value}</v></c>'


def error_cell(error):
    return f'<c t="e"><f>NA()</f><v>{error}</v></c>'


def formula_cell(formula, result):
    return f'<c t="str"><f>{escape(formula)}</f><v>{escape(result)}</v></c>'


def cell_xml(place, text):
    """The bytes of a cell's XML, whatever its text has."""
    return b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (place.encode(), text)


def with_sizes(content, size):
    """The archive with this size of each of its members instead of the true one."""
    changed = bytearray(content)
    for sign, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        for found in re.finditer(re.escape(sign), content):
            place = found.start() + offset
            changed[place : place + 4] = size.to_bytes(4, "little")
    return bytes(changed)
