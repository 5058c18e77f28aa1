"""Files of exports, and how readers that are not ours see them."""

import csv
import io
import json

from python_calamine import CalamineWorkbook

from leads.interchange.exports import exporters_of
from leads.interchange.exports.base import Context
from leads.interchange.exports.contents import LEADS_TO_EXPORT
from steerleads.dealers.models import Dealership


def written(name, rows, *, language="fr", **context):
    """The bytes of a format with these flat rows of leads."""
    file = io.BytesIO()
    context = Context(LEADS_TO_EXPORT, Dealership(name="Casa & Motors", language=language), language, **context)
    exporters_of(LEADS_TO_EXPORT)[name].write(rows, file, context)
    assert not file.closed
    return file.getvalue()


def of_csv(data, *, encoding="utf-8", delimiter=","):
    """The rows of a CSV file, in lists of cells."""
    return list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter, strict=True))


def of_xlsx(data):
    """The rows of the first sheet, as a reader that is not ours gives them: texts, numbers, and "" for nothing."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def rows_of(response):
    """The rows of an export, each {title: cell}, or the objects of one in JSON lines."""
    kind = response["Content-Type"]
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if kind == "application/x-ndjson":
        return [json.loads(line) for line in body.splitlines()]
    if kind.startswith("text/csv"):
        return list(csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True))
    titles, *cells = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    return [dict(zip(titles, row, strict=True)) for row in cells]


def ids_of(response):
    return [row["id"] for row in rows_of(response)]
