"""The form of a dealership's hours."""

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from steerleads.dealers.hours.calendar import business_days
from steerleads.dealers.hours.models import Hours
from steerleads.dealers.staff_admin.forms import RefusalForm

CLOCKS = ("opens", "closes", "quiet_from", "quiet_until")


class HoursForm(RefusalForm):
    days = forms.MultipleChoiceField(
        label=capfirst(_("business days")),
        choices=lambda: [(str(day + 1), name) for day, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Hours
        fields = ["days", *CLOCKS]
        widgets = {name: forms.TimeInput(format="%H:%M", attrs={"type": "time"}) for name in CLOCKS}
        help_texts = {
            "closes": _("The same time as opening means open day and night."),
            "quiet_from": _("Notifications wait until the quiet hours are over."),
            "quiet_until": _("May be on the next day. The same time twice means that there are no quiet hours."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["days"] = [str(day) for day in sorted(business_days(self.instance))]

    def clean_days(self):
        return ",".join(sorted(self.cleaned_data["days"]))

    def clean(self):
        cleaned = super().clean()
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if opens and closes and closes < opens:
            self.add_error("closes", _("Closing must come after opening, on the same day."))
        return cleaned
