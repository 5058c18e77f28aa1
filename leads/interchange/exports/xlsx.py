"""XLSX (contract X4): one sheet whose texts are text cells, so that nothing in them is calculated or linked.

Written here, in a zip file of the standard library, as this is all of the format that a plain table needs. XlsxWriter
does it as well in constant memory, at eight times the cost.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from leads.interchange.exports.base import Context, Exporter
from leads.interchange.exports.cells import guarded
from leads.interchange.exports.xml import NOT_XML, xml_text
from steerleads.tables.guards import guard
from steerleads.tables.writing import as_texts

RIGHT_TO_LEFT = {"ar"}

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OF_PACKAGES = 'xmlns="http://schemas.openxmlformats.org/package/2006'
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"
PARTS = {
    "[Content_Types].xml": f"""<Types {OF_PACKAGES}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>
<Override PartName="/{SHEET}" ContentType="{TYPE}.worksheet+xml"/>
</Types>""",
    "_rels/.rels": f"""<Relationships {OF_PACKAGES}/relationships">
<Relationship Id="rId1" Type="{RELATIONSHIPS}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>""",
    "xl/workbook.xml": f"""<workbook {MAIN} xmlns:r="{RELATIONSHIPS}">
<sheets><sheet name="{{name}}" sheetId="1" r:id="rId1"/></sheets>
</workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships {OF_PACKAGES}/relationships">
<Relationship Id="rId1" Type="{RELATIONSHIPS}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{RELATIONSHIPS}/styles" Target="styles.xml"/>
</Relationships>""",
    # The second style is Excel's own for text (49): a number that is edited there stays a text.
    "xl/styles.xml": f"""<styleSheet {MAIN}>
<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="2"><xf/><xf numFmtId="49" applyNumberFormat="1"/></cellXfs>
</styleSheet>""",
}
# The titles stay in view.
HEAD = f"""<worksheet {MAIN}><sheetViews><sheetView workbookViewId="0" rightToLeft="{{right_to_left}}">
<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>
</sheetView></sheetViews><sheetData>
"""
FOOT = "</sheetData></worksheet>"

# What XML writes in another way, what it cannot have at all, and what Excel would read as a code for another character.
SPECIAL = re.compile(f"[&<>]|{NOT_XML.pattern}|_(?=x[0-9A-Fa-f]{{4}}_)")
SPELLED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_": "_x005F_"}


class XlsxExporter(Exporter):
    name = ending = "xlsx"
    exports = frozenset({"leads", "vehicles"})
    content_type = f"{TYPE}.sheet"
    most = 100_000

    def write(self, rows: Iterable[Mapping[str, Any]], file: BinaryIO, context: Context) -> None:
        head = HEAD.format(right_to_left=int(context.language in RIGHT_TO_LEFT))
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as package:
            for name, part in PARTS.items():
                with package.open(
                    name, "w"
                ) as opened:  # not writestr, which notes the time: the same leads, the same ETag
                    opened.write((XML + part.replace("{name}", context.contents.name)).encode())
            with package.open(SHEET, "w") as sheet:
                sheet.write((XML + head + _row(context.titles)).encode())
                sheet.writelines(
                    _row(as_texts(cells)).encode() for cells in guarded(rows, context.contents, guard_as_read)
                )
                sheet.write(FOOT.encode())


def guard_as_read(text: str) -> str:
    """Guarded as what will be read of it: a character that is left out may not hide a formula behind it."""
    return guard(xml_text(text))


def _row(cells: Iterable[Any]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>\n"


def _cell(value: Any) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, str):
        return f'<c t="inlineStr" s="1"><is><t xml:space="preserve">{SPECIAL.sub(_spelled, value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def _spelled(found: re.Match) -> str:
    return SPELLED.get(found[0], "")
