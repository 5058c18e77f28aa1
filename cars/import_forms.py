"""The forms by which managers import cars: the file, and what each of its columns is.

Nothing is kept between the steps: the table itself goes along in the form, signed for the person who gave the file.
"""

from dataclasses import replace

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cars.models import Car
from cars.serializers import KEPT_BY_STAFF
from cars.sheets import TITLES, sheet_of
from steerleads.db.text import shown
from steerleads.dealers.models import Dealership
from steerleads.tables.reading import open_table
from steerleads.tables.sentences import ROW_PROBLEMS, why_unreadable
from steerleads.tables.table import Column, NotATable, Problem, Row, Table

MOST_ROWS = 2000  # they are imported while the page is awaited
LARGEST = 900_000  # characters of a table in a form, within what a request may have
MOST_COLUMNS = 200  # a form has a field for each
HOURS = 12  # for which such a table is taken
LABELS = {name: Car._meta.get_field(column).verbose_name for name, column in KEPT_BY_STAFF.items()}

TOO_LARGE = _("This page takes %(rows)s cars at most. Cut the file in parts, or let the operator import it.")


class FileForm(forms.Form):
    """A file; of a superuser, also whose cars these are. Valid, it has its `table` with all rows in a list."""

    dealership = forms.ModelChoiceField(Dealership.objects.all(), label=_("Dealership"))
    file = forms.FileField(
        label=_("File"),
        help_text=_("An Excel workbook (XLSX, XLS) or a CSV file. You see what would be before anything is imported."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if not user.is_superuser:
            del self.fields["dealership"]

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            table = open_table(file, TITLES)
            rows = list(_few(table.rows))
        except NotATable as error:
            raise ValidationError(why_unreadable(error.code)) from None
        if len(table.columns) > MOST_COLUMNS:
            raise ValidationError(_("There are more than %(most)s columns.") % {"most": MOST_COLUMNS})
        self.table = replace(table, rows=rows)
        return file


class ColumnsForm(forms.Form):
    """What each column of a Table is. Valid, it has the `sheet`."""

    held = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, table, **kwargs):
        super().__init__(*args, **kwargs)
        self.table = table
        for place, column in self._titled():
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=shown(column.title),
                choices=[("", _("is left out")), *((name, capfirst(label)) for name, label in LABELS.items())],
                initial=column.field or "",
                required=False,
            )

    def columns(self):
        """The bound fields of the columns, for the page."""
        return [self[f"column_{place}"] for place, _column in self._titled()]

    def clean(self):
        cleaned = super().clean()
        try:
            self.sheet()
        except NotATable:
            raise ValidationError(self._what_is_wrong()) from None
        return cleaned

    def sheet(self):
        """The Sheet, by the columns that were chosen, from its first row on."""
        return sheet_of(replace(self.table, columns=self._chosen(), rows=iter(self.table.rows)))

    def _what_is_wrong(self):
        names = [column.field for column in self._chosen() if column.field]
        twice = [LABELS[name] for name in LABELS if names.count(name) > 1]
        if twice:
            return _("Two columns are “%(field)s”. Leave one of them out.") % {"field": twice[0]}
        return _("Say which columns are the make and the model of the car.")

    def _titled(self):
        return [(place, column) for place, column in enumerate(self.table.columns) if column.title]

    def _chosen(self):
        chosen = (self.cleaned_data.get(f"column_{place}") or None for place in range(len(self.table.columns)))
        return tuple(Column(column.title, field) for column, field in zip(self.table.columns, chosen, strict=True))


def _few(rows):
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise ValidationError(TOO_LARGE % {"rows": MOST_ROWS})
        yield row


def hold(table: Table, user, dealership) -> str:
    """The Table as a text that only this person's form brings back. Raises ValidationError if it is too large."""
    titles = [(column.title, column.field) for column in table.columns]
    rows = [_facts(row) for row in table.rows]
    facts = [str(dealership.pk), table.kind, table.separator, table.header_line, table.lines, titles, rows]
    text = signing.dumps(facts, salt=_salt(user), compress=True)
    if len(text) > LARGEST:
        raise ValidationError(TOO_LARGE % {"rows": MOST_ROWS})
    return text


def _facts(row):
    if row.problem:  # what stands there nobody asks for
        return row.line, (), 0, row.problem.code
    return row.line, row.cells, row.missing, None


def held(text: str, user) -> tuple[str, Table]:
    """(the dealership's id, the Table that was held). Raises signing.BadSignature for a text that is not, or too old."""
    facts = signing.loads(text, salt=_salt(user), max_age=HOURS * 3600)
    dealership_id, kind, separator, header_line, lines, titles, rows = facts
    columns = tuple(Column(*title) for title in titles)
    return dealership_id, Table(kind, None, separator, header_line, columns, lines, [_row(*row) for row in rows])


def _row(line, cells, missing, code):
    problem = Problem(code, "", str(ROW_PROBLEMS[code])) if code else None
    return Row(line, tuple(cells), problem, missing)


def _salt(user):
    return f"cars.import.{user.pk}"
