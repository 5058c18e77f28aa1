"""Files of exports, and how readers that are not ours see them."""

import csv
import io

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
