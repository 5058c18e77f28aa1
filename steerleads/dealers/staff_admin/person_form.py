"""The form of somebody of the staff: the role, and when they can be given leads."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from steerleads.api.serializers import INT_MAX
from steerleads.dealers.hours.forms import ChangesForm, weekday_field
from steerleads.dealers.hours.schedule import WEEKDAYS
from steerleads.dealers.models import Membership


class PersonForm(ChangesForm):
    """`changes` has clean values of what the person changed of availability, `week` the days of it."""

    monday, tuesday, wednesday = weekday_field(0), weekday_field(1), weekday_field(2)
    thursday, friday = weekday_field(3), weekday_field(4)
    saturday, sunday = weekday_field(5), weekday_field(6)
    # With its upper end: SQLite would store more, PostgreSQL would not.
    most_open = forms.IntegerField(
        label=capfirst(_("most open leads")),
        min_value=1,
        max_value=INT_MAX,
        required=False,
        help_text=_("Who has so many is dealt no more until one is closed. Empty: no limit."),
    )

    class Meta:
        model = Membership
        fields = ["role", "is_available", "most_open"]
        help_texts = {"is_available": _("Off: no new leads are dealt to them. Each person can switch this, too.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= self.instance.week or {}

    @property
    def changes(self):
        changed = {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}
        days = {name: changed[name] for name in WEEKDAYS if name in changed}
        switches = {name: changed[name] for name in ("is_available", "most_open") if name in changed}
        return switches | ({"week": days} if days else {})

    def _post_clean(self):
        """Nothing: the verbs write."""
