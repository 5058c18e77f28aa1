"""What people call the fields that a column can be, and the outcomes of rows."""

from django.utils.translation import gettext_lazy as _

FIELDS = {
    "targetName": _("Contact name"),
    "firstName": _("First name"),
    "lastName": _("Last name"),
    "company": _("Company"),
    "phone": _("Phone"),
    "mobile": _("Mobile phone"),
    "email": _("E-mail"),
    "targetInfo": _("Phone or e-mail, as it stands"),
    "status": _("Status"),
    "action": _("Action"),
    "tag": _("Tag"),
    "note": _("Note"),
    "createdAt": _("Created"),
    "car": _("Car, in one column"),
    "make": _("Make"),
    "model": _("Model"),
    "overviewYear": _("Year"),
    "vin": _("VIN"),
    "stockNumber": _("Stock number"),
    "plate": _("Plate"),
    "location": _("Location of the car"),
    "source": _("Source"),
    "externalId": _("ID in the other system"),
    "id": _("ID of our own export"),
    "order": _("Order"),
    "archived": _("Archived"),
    "updatedAt": _("Updated"),
    "carId": _("ID of the car"),
}

# Why a file cannot be read, by the code of NotATable; whose own words are for programs and the command line.
UNREADABLE = {
    "empty": _("The file is empty, or its first lines are: one of them must name the columns."),
    "html": _(
        "This is a web page, whatever its name ends in. Open it in your spreadsheet, save it as an Excel workbook "
        "(XLSX), and give that."
    ),
    "locked": _("The workbook is locked by a password. Save it without one."),
    "not_a_table": _("This is not a table. Give a CSV file or an Excel workbook."),
    "too_large": _("The file is larger than 20 MiB. Cut it in parts."),
    "too_many_rows": _("There are more rows than fit in one import. Cut the file in parts."),
    "too_many_columns": _("There are more than 1,000 columns: this is not a list of leads."),
    "too_long": _("A line is longer than 1 MiB: this is not a list of leads."),
    "quote": _("The line that names the columns has a quote that is never closed."),
}
OTHERWISE_UNREADABLE = _(
    "This file cannot be read. Save it again as an Excel workbook (XLSX) or as CSV, and give that."
)
