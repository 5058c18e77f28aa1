"""The board's side panel: one lead, new or old, judged by the API's own rules."""

from datetime import UTC, datetime

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from cars.models import Car
from leads.fields import WRITABLE
from leads.forms import LONG, LeadForm
from leads.models import Lead
from leads.work.models import LONGEST_STEP
from steerleads.db.ids import parse_id
from steerleads.db.text import normalise
from steerleads.dealers.staff_admin.forms import LineField

SHOWN = [column for column in WRITABLE.values() if column != "order"]  # that is where the card lies
CHANGED_MEANWHILE = _("A colleague changed this meanwhile. It is now: %(now)s")
YEARS = range(1000, 9000)  # of due dates, as in the API


class CardForm(LeadForm):
    class Meta(LeadForm.Meta):
        model = Lead
        fields = SHOWN
        widgets = {
            "tag": forms.TextInput(attrs={"list": "board-tags", "autocomplete": "off"}),
            "target_info": forms.TextInput(attrs={"autocomplete": "off"}),
            **{column: forms.Textarea(attrs={"rows": 4}) for column in LONG},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)

    def clean(self):
        """Refuses to write over what a colleague wrote into the same field meanwhile, and shows it."""
        cleaned = super().clean()
        for name in [] if self._is_new else self.changed_data:
            now, seen = (
                self._text(getattr(self.instance, name)),
                self._text(self.data.get(self.add_initial_prefix(name))),
            )
            if now not in (seen, self._text(self.data.get(name))):
                self.add_error(name, CHANGED_MEANWHILE % {"now": now or "–"})
        return cleaned

    @property
    def rows(self):
        """[(field, name of its hidden twin, what the lead has now)]. Shown once more, the form has seen the newest."""
        return self._rows(SHOWN)

    @property
    def note_row(self):
        return self._rows(LONG)

    @property
    def detail_rows(self):
        return self._rows([name for name in SHOWN if name not in LONG])

    def _rows(self, names):
        texts = [(self[name], self.add_initial_prefix(name), getattr(self.instance, name)) for name in names]
        return [(field, twin, "" if value is None else value) for field, twin, value in texts]

    @staticmethod
    def _text(value):
        return normalise(str(value or ""))


class NewCardForm(CardForm):
    car = forms.ModelChoiceField(
        Car.objects.none(),
        label=_("Car"),
        widget=forms.HiddenInput,
        error_messages={"required": _("Choose a car.")},
    )

    class Meta(CardForm.Meta):
        fields = ["car", *SHOWN]

    def __init__(self, *args, dealership, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["car"].queryset = Car.objects.of(dealership)


class WorkForm(forms.Form):
    """Whose a lead is, what is next and until when. What was not shown, or was left alone, is not written."""

    assignee = forms.ChoiceField(label=_("assigned to"), required=False)
    next_step = LineField(label=_("next step"), max_length=LONGEST_STEP, required=False)
    due_day = forms.DateField(label=_("due"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    due_time = forms.TimeField(
        label=_("time of day"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )

    def __init__(self, data=None, *, work, tz, colleagues):
        """`colleagues` are {id: name} of those who may be chosen, and of who has the lead."""
        self.tz, self.now = tz, _as_typed(work, tz)
        super().__init__(data, auto_id="work_%s", label_suffix="", initial=self.now)
        choices = [(str(id), name) for id, name in colleagues.items()]
        self.fields["assignee"].choices = [("", _("nobody")), *choices]
        self.fields["next_step"].widget.attrs.update({"dir": "auto", "autocomplete": "off"})

    @property
    def rows(self):
        """{name: (field, name of its hidden twin, what the lead has now)}."""
        return {name: (self[name], self.add_initial_prefix(name), self.now[name]) for name in self.fields}

    def clean(self):
        cleaned = super().clean()
        for name in self._changed:
            if self.now[name] != self._seen(name):
                self.add_error(name, CHANGED_MEANWHILE % {"now": self._named(name) or "–"})
        if {"due_day", "due_time"} & set(self._changed) and not self.errors:
            self._check_due(cleaned.get("due_day"), cleaned.get("due_time"))
        return cleaned

    def _check_due(self, day, time):
        if time and not day:
            self.add_error("due_day", _("Say on which day, too."))
        elif day and day.year not in YEARS:
            self.add_error("due_day", _("Enter a valid date."))

    @property
    def changes(self):
        """What `plan_work` is to write."""
        changed, changes = set(self._changed), {}
        if "assignee" in changed:
            changes["assignee"] = parse_id(self.cleaned_data["assignee"]) or None
        if "next_step" in changed:
            changes["next_step"] = self.cleaned_data["next_step"] or None
        if changed & {"due_day", "due_time"}:
            changes |= self._due(self.cleaned_data["due_day"], self.cleaned_data["due_time"])
        return changes

    def _due(self, day, time):
        if day and time:
            return {"due_at": datetime.combine(day, time, self.tz).astimezone(UTC)}
        return {"due_on": day} if day else {"due_on": None, "due_at": None}

    @property
    def _changed(self):
        shown = [name for name in self.fields if self.add_initial_prefix(name) in self.data]
        return [name for name in shown if self._typed(name) not in (self._seen(name), self.now[name])]

    def _seen(self, name):
        return normalise(self.data.get(self.add_initial_prefix(name), ""))

    def _typed(self, name):
        return normalise(self.data.get(name, ""))

    def _named(self, name):
        return dict(self.fields["assignee"].choices).get(self.now[name]) if name == "assignee" else self.now[name]


def _as_typed(work, tz):
    """Work (or None) as the fields of the form have it."""
    local = work and work.due and localtime(work.due, tz)
    return {
        "assignee": str(work.assignee or "") if work else "",
        "next_step": (work and work.next_step) or "",
        "due_day": local.strftime("%Y-%m-%d") if local else "",
        "due_time": local.strftime("%H:%M") if local and not work.due_on else "",
    }
