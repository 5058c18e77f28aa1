"""The forms of hours: a week as it looks, a special day, holidays to choose from, targets and quiet hours."""

import json
from datetime import time

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS as DAY_NAMES
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from steerleads.dealers.hours.cleaning import LONGEST_NAME, LONGEST_SECONDS, MOST_A_DAY, clean_day, clean_hours
from steerleads.dealers.hours.models import Hours, OpeningWeek, SpecialDay
from steerleads.dealers.hours.schedule import WEEKDAYS
from steerleads.dealers.staff_admin.forms import LineField, RefusalForm

MINUTE, DAY = 60, 86_400
QUIET = ["quiet_from", "quiet_until"]
SPECIAL_DAY = {"name", "first", "last", "hours"}
LEAST_SHOWN = 2  # pairs of inputs a day
MIDNIGHT = time(0)
CLOSED = _("No hours at all: closed. Closing at 00:00 is the end of the day.")


def date_input():
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def time_input(**attrs):
    return forms.TimeInput(format="%H:%M", attrs={"type": "time", **attrs})


# --- The intervals of a day ------------------------------------------------------------------------


class IntervalsWidget(forms.MultiWidget):
    """Pairs of times: those there are, and an empty one."""

    template_name = "admin/dealers/hours/intervals.html"
    use_fieldset = True

    def __init__(self, attrs=None):
        pair = (time_input(**{"aria-label": _("opens")}), time_input(**{"aria-label": _("closes")}))
        super().__init__(pair * MOST_A_DAY, attrs)

    def decompress(self, value):
        """The clocks of a day as it is kept, or of what was typed. Browsers know no 24:00: the end of a day is 00:00."""
        parts = [part for each in value or [] for part in (each if isinstance(each, list) else [each])]
        clocks = ["00:00" if clock == "24:00" else clock for clock in parts]
        return clocks + [None] * (2 * MOST_A_DAY - len(clocks))

    def get_context(self, name, value, attrs):
        # Django takes any list for one of clocks.
        context = super().get_context(name, self.decompress(value), attrs)
        pairs = list(_pairs(context["widget"]["subwidgets"]))
        used = max((number for number, pair in enumerate(pairs, 1) if any(each["value"] for each in pair)), default=0)
        return context | {"pairs": pairs[: max(LEAST_SHOWN, used + 1)]}


class ShownIntervals(forms.HiddenInput):
    """What the page showed of a day, beside its inputs."""

    def format_value(self, value):
        return json.dumps(value or [])

    def value_from_datadict(self, data, files, name):
        """None if it was not sent, or is not what a page writes."""
        try:
            shown = json.loads(data.get(name) or "null")
        except (ValueError, RecursionError):
            return None
        return shown if isinstance(shown, list) and all(map(_is_pair, shown)) else None


def _is_pair(shown):
    return isinstance(shown, list) and len(shown) == 2 and all(isinstance(clock, str) for clock in shown)


class IntervalsField(forms.MultiValueField):
    """[["09:00", "12:30"], …], as a day is kept; none: closed."""

    widget = IntervalsWidget
    hidden_widget = ShownIntervals

    def __init__(self, **options):
        fields = [forms.TimeField() for _number in range(2 * MOST_A_DAY)]
        super().__init__(fields, required=False, require_all_fields=False, **options)
        for field in fields:
            field.required = False

    def has_changed(self, initial, data):
        if initial is None or len(initial) > MOST_A_DAY:  # not known, or not as any page shows it
            return True
        return super().has_changed(self.widget.decompress(initial), data)

    def compress(self, data_list):
        return clean_hours([_interval(*pair) for pair in _pairs(data_list) if pair != (None, None)])


def _pairs(sequence):
    return zip(sequence[::2], sequence[1::2], strict=True)


def _interval(opens, closes):
    if opens is None or closes is None:
        raise ValidationError(_("Each opening time needs a closing time."))
    return [f"{opens:%H:%M}", "24:00" if closes == MIDNIGHT else f"{closes:%H:%M}"]


# --- The forms -------------------------------------------------------------------------------------


def weekday_field(number, **options):
    return IntervalsField(label=capfirst(DAY_NAMES[number]), **options)


class ChangesForm(RefusalForm):
    """Takes for changed what is not as the page showed it: what a colleague changed meanwhile stays."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_new = self.instance._state.adding
        for field in self.fields.values():
            field.show_hidden_initial = not self.is_new


class WeekForm(ChangesForm):
    """`changes` has clean values of what the person changed, `week` the days of it; of a new week, all."""

    monday, tuesday, wednesday = weekday_field(0), weekday_field(1), weekday_field(2)
    thursday, friday = weekday_field(3), weekday_field(4)
    saturday, sunday = weekday_field(5), weekday_field(6, help_text=CLOSED)

    class Meta:
        model = OpeningWeek
        fields = ["valid_from"]
        widgets = {"valid_from": date_input()}
        help_texts = {
            "valid_from": _(
                "These hours hold from this date on, until others do. Earlier dates keep the hours they had."
            )
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.changes = {}
        if self.instance.week:
            self.initial |= self.instance.week

    def clean_valid_from(self):
        return clean_day(self.cleaned_data["valid_from"])

    def clean(self):
        cleaned = super().clean()
        week = {day: cleaned.get(day) for day in WEEKDAYS}
        if None not in week.values() and not any(week.values()):
            self.add_error(None, _("It must be open at some time of the week."))
        changed = {"valid_from", *WEEKDAYS} if self.is_new else set(self.changed_data)
        if days := {day: hours for day, hours in week.items() if day in changed}:
            self.changes["week"] = days
        if "valid_from" in changed:
            self.changes["valid_from"] = cleaned.get("valid_from")
        return cleaned


class SpecialDayForm(ChangesForm):
    """`changes` as of a week."""

    name = LineField(
        label=capfirst(_("name")),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    hours = IntervalsField(label=capfirst(_("hours")), help_text=CLOSED)

    class Meta:
        model = SpecialDay
        fields = ["name", "first", "last"]
        widgets = {"first": date_input(), "last": date_input()}
        help_texts = {"last": _("Both days count. For a single day, the same date again, or nothing.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.changes = {}
        self.fields["last"].required = False

    def clean_first(self):
        return clean_day(self.cleaned_data["first"])

    def clean_last(self):
        last = self.cleaned_data["last"] or self.cleaned_data.get("first")
        return last and clean_day(last)

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day comes before the first."))
        changed = SPECIAL_DAY if self.is_new else SPECIAL_DAY.intersection(self.changed_data)
        self.changes = {name: cleaned.get(name) for name in changed}
        return cleaned


class HolidaysForm(forms.Form):
    """Proposals, all ticked. A superuser says for whom."""

    def __init__(self, *args, holidays, **kwargs):
        super().__init__(*args, **kwargs)
        self.holidays = {f"{each.first}/{each.last}": each for each in holidays}
        self.fields["days"] = forms.MultipleChoiceField(
            label=capfirst(_("special days")),
            choices=[(key, _holiday(each)) for key, each in self.holidays.items()],
            initial=list(self.holidays),
            widget=forms.CheckboxSelectMultiple,
        )

    def special_days(self):
        """The ticked ones, as the verb takes them: closed."""
        chosen = [self.holidays[key] for key in self.cleaned_data["days"]]
        return [{"name": day.name, "first": day.first, "last": day.last, "hours": []} for day in chosen]


def _holiday(holiday):
    ends = dict.fromkeys(date_format(day, "D j F Y") for day in (holiday.first, holiday.last))
    return f"{' – '.join(ends)}: {holiday.label}"


class HoursForm(ChangesForm):
    """Targets in minutes and days, as people think of them; one that is set to the second stays so until it is changed."""

    target_minutes = forms.IntegerField(
        label=capfirst(_("target for the first answer, in minutes")),
        min_value=1,
        max_value=LONGEST_SECONDS // MINUTE,
        help_text=_("Of open time: how long a request may wait for somebody's first action."),
    )
    stale_days = forms.IntegerField(
        label=capfirst(_("stale after, in days")),
        min_value=1,
        max_value=LONGEST_SECONDS // DAY,
        help_text=_("An open lead that nobody has worked on for longer is called stale."),
    )

    class Meta:
        model = Hours
        fields = QUIET
        widgets = {name: time_input() for name in QUIET}
        help_texts = {
            "quiet_from": _("Notifications wait until the quiet hours are over."),
            "quiet_until": _("May be on the next day. The same time twice means that there are no quiet hours."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["target_minutes"] = -(-self.instance.target_seconds // MINUTE)
        self.initial["stale_days"] = -(-self.instance.stale_seconds // DAY)

    @property
    def changes(self):
        """{field of Hours: value} of what the person changed."""
        units = {"target_minutes": ("target_seconds", MINUTE), "stale_days": ("stale_seconds", DAY)}
        changed = {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}
        seconds = {field: changed.pop(name) * unit for name, (field, unit) in units.items() if name in changed}
        return {name: value for name, value in changed.items() if name in QUIET} | seconds
