"""The filters of the analytics page, as its address has them, judged in the language of who asks."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from steerleads.db.ids import parse_id
from steerleads.dealers.models import Dealership

MOST_DAYS = 3660
FIRST_YEAR, LAST_YEAR = 1000, 8999  # in which every period has a day before and behind it
USUAL_DAYS = 30
LONGEST_TEXT = 300
PREVIOUS = "previous"
RANGE = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)")
GROUPS = {
    "tag": _("tag"),
    "action": _("action"),
    "car": _("car"),
    "source": _("source"),
    "month": _("month"),
    "answeredBy": _("who answered"),
    "decidedBy": _("who decided"),
    "assignee": _("who has the lead"),
}
OF = {"created": _("received"), "answered": _("answered by a person")}
NARROWING = ("tag", "action", "make", "model", "source", "carId")


class DayField(forms.DateField):
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    input_formats = ["%Y-%m-%d"]
    default_error_messages = {"invalid": _("This is not a date. One looks like 2026-11-30.")}

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class NarrowField(forms.CharField):
    """Compares a field whole, as the lists of leads do."""

    def __init__(self, offered: str = "", **how: Any):
        attributes = {"list": offered} if offered else {}
        super().__init__(max_length=LONGEST_TEXT, widget=forms.TextInput(attrs=attributes), **how)


class FigureForm(forms.Form):
    """Filters of the figures; unset ones mean what the API means by them."""

    compare = forms.ChoiceField(label=_("Compare with"), required=False)
    by = forms.ChoiceField(label=_("In groups by"), required=False, choices=[("", "—"), *GROUPS.items()])
    tag = NarrowField("analytics-tags", label=_("Tag"), required=False)
    action = NarrowField(label=_("Action"), required=False)
    make = NarrowField("analytics-makes", label=_("Make"), required=False)
    model = NarrowField(label=_("Model"), required=False)
    source = NarrowField("analytics-sources", label=_("Source"), required=False)
    of = forms.ChoiceField(required=False, choices=OF.items(), widget=forms.HiddenInput)
    carId = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)
    field_order = ["dealership", "from", "to", "compare", "by"]

    def __init__(self, data: QueryDict, *, today: date, dealerships: list[Dealership]):
        self.today = today
        super().__init__(data.copy(), label_suffix="")
        # `from` is a word of Python's, and no name of an attribute.
        self.fields["from"] = DayField(label=_("First day"), required=False)
        self.fields["to"] = DayField(label=_("Last day"), required=False)
        self.fields["compare"].choices = _comparisons(data.get("compare", ""))
        if dealerships:  # a superuser chooses among all
            choices = [(str(each.pk), each.name) for each in dealerships]
            self.fields["dealership"] = forms.ChoiceField(label=_("Dealership"), required=False, choices=choices)
        self.order_fields(self.field_order)
        if self.is_valid():
            self._show_days()
        for name in self.errors.keys() & self.fields.keys():
            self.fields[name].widget.attrs["aria-invalid"] = "true"

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        first, last = self.days(given)
        if first > last:
            self.add_error("from", _("The first day lies behind the last one."))
        elif (last - first).days >= MOST_DAYS:
            self.add_error("from", _("A period has at most 3,660 days."))
        if given.get("compare") and given.get("by"):
            self.add_error("compare", _("Groups cannot be compared: choose one or the other."))
        return given

    def clean_compare(self) -> str:
        compared = self.cleaned_data["compare"]
        if compared not in ("", PREVIOUS) and not _is_period(compared):
            raise forms.ValidationError(_("This is not a period. One looks like 2026-11-01..2026-11-30."))
        return compared

    def clean_carId(self) -> str:
        chosen = self.cleaned_data["carId"]
        if chosen and not parse_id(chosen):
            raise forms.ValidationError(_("There is no car with this id."))
        return chosen

    def days(self, given: dict[str, Any] | None = None) -> tuple[date, date]:
        """The first and the last day of the period (contract A3)."""
        given = self.cleaned_data if given is None else given
        last = given.get("to") or self.today
        return given.get("from") or last - timedelta(days=USUAL_DAYS - 1), last

    def _show_days(self):
        """In fields that were left empty, the days that this means."""
        for name, day in zip(("from", "to"), self.days(), strict=True):
            self.data[name] = self.data.get(name) or day.isoformat()

    def query(self, *names: str, **more: str) -> QueryDict:
        """The query of a figure: the period and what narrows it, and these others that are set."""
        query = QueryDict(mutable=True)
        if self.is_valid():
            first, last = self.days()
            query.update({"from": first.isoformat(), "to": last.isoformat()})
            query.update({name: text for name in (*NARROWING, *names) if (text := self.cleaned_data.get(name))})
        for name, value in more.items():
            query[name] = value
        return query

    @property
    def is_narrowed(self) -> bool:
        return any(self[name].value() or self[name].errors for name in NARROWING)


def _comparisons(asked):
    """What can be chosen, and what an address asks for beside that."""
    choices = [("", _("nothing")), (PREVIOUS, _("the period before"))]
    return choices if asked in ("", PREVIOUS) else [*choices, (asked[:LONGEST_TEXT], asked[:LONGEST_TEXT])]


def _is_period(text):
    found = RANGE.fullmatch(text)
    try:
        first, last = (date.fromisoformat(day) for day in found.groups()) if found else (None, None)
    except ValueError:
        return False
    return bool(found) and first <= last and (last - first).days < MOST_DAYS
