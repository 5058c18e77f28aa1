"""The titles of a small kind of table, as those of leads and cars have them, and a table of it read from bytes."""

from io import BytesIO

from steerleads.tables.reading import open_table
from steerleads.tables.table import Table
from steerleads.tables.titles import Titles

FIELDS = {
    "name": ("Name", "Nom", "Nom complet", "First Name", "Last Name", "contact_name", "full_name", "الاسم"),
    "phone": ("Phone", "Mobile", "Téléphone", "GSM", "Phone Number", "phone_number", "targetInfo", "الهاتف"),
    "make": ("Make", "Marque", "الماركة"),
    "model": ("Model", "Modèle", "الموديل"),
    "year": ("Year", "Année"),
    "price": ("Price", "Prix", "Prix de vente"),
    "km": ("Km", "Kilométrage"),
    "note": ("Note", "Remarque", "Observations", "Description", "ملاحظة"),
}
TITLES = Titles({title: field for field, titles in FIELDS.items() for title in titles}, single={"price", "km"})


def read(content: bytes | str) -> Table:
    return open_table(BytesIO(content.encode() if isinstance(content, str) else content), TITLES)


def cells_of(content: bytes | str) -> list[tuple[str, ...]]:
    """The cells of all rows, none of which has a problem."""
    rows = list(read(content).rows)
    assert [row.problem for row in rows if row.problem] == []
    return [row.cells for row in rows]
