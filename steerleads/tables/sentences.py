"""What is wrong with a file or with a row of it, by its code, in words of the reader's language.

The sentences of NotATable and Problem themselves are for programs and the command line, and know more of the case.
"""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from steerleads.tables.headers import MOST_COLUMNS
from steerleads.tables.reading import LARGEST_MIB

UNREADABLE = {
    "busy": _("Another workbook is being read. Give this one again in a minute."),
    "empty": _("The file is empty, or its first lines are: one of them must name the columns."),
    "html": _(
        "This is a web page, whatever its name ends in. Open it in your spreadsheet, save it as an Excel workbook "
        "(XLSX), and give that."
    ),
    "locked": _("The workbook is locked by a password. Save it without one."),
    "not_a_table": _("This is not a table. Give a CSV file or an Excel workbook."),
    "too_large": format_lazy(_("The file is larger than {mib} MiB. Cut it in parts."), mib=LARGEST_MIB),
    "too_many_rows": _("There are more rows than fit in one import. Cut the file in parts."),
    "too_many_columns": format_lazy(_("There are more than {most} columns: this is no table."), most=MOST_COLUMNS),
    "too_long": _("A line is longer than 1 MiB: this is no table."),
    "quote": _("The line that names the columns has a quote that is never closed."),
}
OTHERWISE_UNREADABLE = _(
    "This file cannot be read. Save it again as an Excel workbook (XLSX) or as CSV, and give that."
)
ROW_PROBLEMS = {
    "columns": _("It has more cells than there are titles."),
    "object": _("This line is no object of JSON."),
    "quote": _("A quote stands inside a quoted text, or is never closed."),
    "too_long": _("One of its texts is too long."),
}


def why_unreadable(code: str) -> str:
    """Of a NotATable."""
    return str(UNREADABLE.get(code, OTHERWISE_UNREADABLE))
