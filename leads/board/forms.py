"""The board's side panel: one lead, new or old, judged by the API's own rules."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cars.models import Car
from leads.fields import WRITABLE
from leads.forms import LONG, LeadForm
from leads.models import Lead
from steerleads.db.text import normalise

SHOWN = [column for column in WRITABLE.values() if column != "order"]  # that is where the card lies


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
                self.add_error(name, _("A colleague changed this meanwhile. It is now: %(now)s") % {"now": now or "–"})
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
