"""The forms of an import: the file, what its columns are, and what other systems' statuses are here."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cars.models import Car
from leads.fields import Status
from leads.interchange.imports import labels
from leads.interchange.imports.mapping import BadMapping, check_columns
from leads.interchange.imports.models import Import
from leads.interchange.imports.statuses import KNOWN, key_of
from leads.models import Lead
from steerleads.db.text import shown
from steerleads.dealers.models import Dealership
from steerleads.dealers.permissions import dealership_of
from steerleads.dealers.staff_admin.forms import LineField
from steerleads.dealers.staff_admin.modeladmin import Autocomplete
from steerleads.tables.reading import LARGEST_FILE, LARGEST_MIB
from steerleads.tables.sentences import why_unreadable

MOST_SHOWN = 200  # columns: the form has a field for each, and a request is refused that has over 1,000
REFUSE, ONE, MAKE = "refuse", "one", "make"


class FileForm(forms.Form):
    """A file; of a superuser, also whose it is."""

    dealership = forms.ModelChoiceField(Dealership.objects.all(), label=_("Dealership"))
    file = forms.FileField(
        label=_("File"),
        help_text=format_lazy(
            _(
                "Excel (XLSX or XLS), CSV, or an export of ours; at most {mib} MiB and 200,000 rows. "
                "Nothing is imported before you have seen what would be."
            ),
            mib=LARGEST_MIB,
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.jsonl,.json,.xml"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if not user.is_superuser:
            del self.fields["dealership"]
        self.user = user

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(why_unreadable("too_large"))
        return file

    @property
    def dealership_meant(self):
        return self.cleaned_data["dealership"] if self.user.is_superuser else dealership_of(self.user)


class ColumnsForm(forms.Form):
    """What each column is, and how rows are brought in. `options` are those of the Import, changed."""

    on_known = forms.ChoiceField(
        label=_("Rows that were imported before"),
        choices=[("skip", _("leave the lead as it is")), ("update", _("update it, unless somebody changed it here"))],
        widget=forms.RadioSelect,
    )
    cars = forms.ChoiceField(
        label=_("Where no car is found"),
        choices=[
            (REFUSE, _("refuse the row")),
            (ONE, _("take the car chosen below")),
            (MAKE, _("make the car, where make and model stand")),
        ],
        widget=forms.RadioSelect,
    )
    car = forms.ModelChoiceField(Car.objects.none(), label=_("Car"), required=False)
    action = LineField(
        label=_("Action of rows that have none"), max_length=200, required=False, help_text=_("Else: “Call back”.")
    )
    source = LineField(label=_("Source of rows that name none"), max_length=100, required=False)
    tells_webhooks = forms.BooleanField(label=_("Webhooks are told of these leads"), required=False)

    def __init__(self, *args, run, request, **kwargs):
        options = run.options
        chosen = ONE if options.get("car") else MAKE if options.get("create_cars") else REFUSE
        initial = {"on_known": options.get("on_known", "skip"), "cars": chosen, "car": options.get("car")}
        initial |= {"action": options.get("action", ""), "source": options.get("source", "")}
        initial["tells_webhooks"] = options.get("tells_webhooks", True)
        super().__init__(*args, initial=initial, **kwargs)
        self.run = run
        cars = admin.site.get_model_admin(Car).get_queryset(request).filter(dealership=run.dealership_id)
        self.fields["car"].queryset = cars
        self.fields["car"].widget = Autocomplete(
            Lead._meta.get_field("car"), admin.site, choices=self.fields["car"].widget.choices
        )
        self.fields["source"].help_text = _("Else: “%(kind)s”.") % {"kind": run.kind}
        self.places = self._shown_places()
        for place in self.places:
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=shown(run.titles[place]) or f"({place + 1})",
                choices=[("", _("is left out")), *labels.FIELDS.items()],
                initial=run.options["columns"][place] or "",
                required=False,
            )

    def _shown_places(self):
        """Those of the columns that are something, and the first of those that have a title."""
        fields = self.run.options["columns"]
        known = [place for place, field in enumerate(fields) if field]
        others = [place for place, title in enumerate(self.run.titles) if title and not fields[place]]
        self.more = max(0, len(known) + len(others) - MOST_SHOWN)
        return sorted([*known, *others][:MOST_SHOWN])

    def columns(self):
        """The bound fields of the columns, for the page."""
        return [self[f"column_{place}"] for place in self.places]

    def clean(self):
        cleaned = super().clean()
        try:
            check_columns(self._columns(cleaned), self.run.titles)
        except BadMapping as error:
            raise ValidationError(str(error)) from None
        if cleaned.get("cars") == ONE and not cleaned.get("car") and "car" not in self.errors:
            self.add_error("car", _("Choose the car."))
        return cleaned

    @property
    def options(self):
        cleaned = self.cleaned_data
        car = cleaned["car"] if cleaned["cars"] == ONE else None
        chosen = {"columns": self._columns(cleaned), "on_known": cleaned["on_known"], "create_cars": False}
        chosen |= {"car": str(car.pk) if car else None, "create_cars": cleaned["cars"] == MAKE}
        chosen |= {name: cleaned[name] for name in ("action", "source", "tells_webhooks")}
        return {**self.run.options, **chosen}

    def _columns(self, cleaned):
        count = len(self.run.titles)
        return [cleaned.get(f"column_{place}") or None for place in range(count)]


class StatusesForm(forms.Form):
    """What each word for a status in the file is here."""

    def __init__(self, *args, run: Import, **kwargs):
        super().__init__(*args, **kwargs)
        self.words = list(run.options.get("words") or [])
        chosen = run.options.get("statuses") or {}
        for number, word in enumerate(self.words):
            key = key_of(word)
            self.fields[f"status_{number}"] = forms.ChoiceField(
                label=shown(word),
                choices=Status.choices,
                initial=chosen.get(key) or KNOWN.get(key) or Status.NEW,
                required=False,
            )

    @property
    def statuses(self):
        """{key: status}"""
        pairs = ((word, self.cleaned_data.get(f"status_{number}")) for number, word in enumerate(self.words))
        return {key_of(word): status for word, status in pairs if status}
