"""The filters of figures (contract A4): as those of the lead lists, and by the source."""

from django import forms
from django.db.models import Exists, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.db.models.lookups import Exact

from cars.models import Car
from leads.analytics.models import LeadFact
from leads.filters import IdFilter
from leads.models import Lead
from steerleads.api.filters import FoldedFilter, ListFilter, ListFilterSet
from steerleads.db.text import WHITE_SPACE, shown

# As answers show who made a lead.
SOURCE = Concat("source_type", Value(":"), "source_name", output_field=TextField())


class SourceField(forms.CharField):
    """An actor, letter for letter: `api_key:Website`. A blank one is None."""

    def clean(self, value: str | None) -> str | None:
        text = super().clean(value).strip(WHITE_SPACE)
        if text and ":" not in text:
            message = f"“{shown(text)}” is not a source like api_key:Website or staff:Sara Alami."
            raise forms.ValidationError(message, code="invalid")
        return text or None


class LeadTextFilter(FoldedFilter):
    """By a text of the lead itself, so that deleted ones are left out."""

    def filter(self, qs: QuerySet, value: str | None) -> QuerySet:
        leads = Lead.objects.of(OuterRef("dealership")).filter(pk=OuterRef("lead_id"))
        return qs if value is None else qs.filter(Exists(super().filter(leads, value)))


class CarTextFilter(FoldedFilter):
    """By a text of the lead's vehicle."""

    def filter(self, qs: QuerySet, value: str | None) -> QuerySet:
        cars = Car.objects.of(OuterRef("dealership")).filter(pk=OuterRef("car_id"))
        return qs if value is None else qs.filter(Exists(super().filter(cars, value)))


class SourceFilter(ListFilter):
    """By who made the lead."""

    field_class = SourceField

    def filter(self, qs: QuerySet, value: str | None) -> QuerySet:
        return qs if value is None else qs.filter(Exact(SOURCE, value))


class FactFilters(ListFilterSet):
    tag = LeadTextFilter("tag_folded", help_text="Filter by tag. Deleted leads are left out.")
    action = LeadTextFilter("action_folded", help_text="Filter by action type. Deleted leads are left out.")
    carId = IdFilter("car_id", help_text="Filter by associated vehicle ID")
    make = CarTextFilter("make_folded", help_text="Filter by make of the vehicle")
    model = CarTextFilter("model_folded", help_text="Filter by model of the vehicle")
    source = SourceFilter(
        help_text="Filter by who made the lead, like `api_key:Website` or `staff:Sara Alami`.",
        example="api_key:Website",
    )

    class Meta(ListFilterSet.Meta):
        model, fields = LeadFact, []
