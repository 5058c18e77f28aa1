"""The cars in the admin."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cars.actions import change_car, create_car, delete_car
from cars.import_admin import ImportPages
from cars.models import Car
from cars.plates import shown_plate
from cars.serializers import KEPT_BY_STAFF, StaffCarBody
from steerleads.dealers.staff_admin.forms import BodyForm, Typed
from steerleads.dealers.staff_admin.modeladmin import DealershipAdmin, OwnValues

FIELDS = tuple(KEPT_BY_STAFF.values())
TYPED = [column for column in FIELDS if column != "status"]


class CarForm(BodyForm):
    body, names = StaffCarBody, KEPT_BY_STAFF

    class Meta:
        model = Car
        fields = FIELDS
        field_classes = dict.fromkeys(TYPED, Typed)
        widgets = {
            "overview_year": forms.NumberInput(attrs={"min": 1886, "max": 2100}),
            "price": forms.NumberInput(attrs={"min": 0, "step": "0.01"}),
            "km": forms.NumberInput(attrs={"min": 0}),
            "plate": forms.TextInput(attrs={"dir": "ltr"}),
        }


class MakeFilter(OwnValues):
    title = _("make")
    parameter_name = folded = "make_folded"
    column = "make"


class LocationFilter(OwnValues):
    title = _("location")
    parameter_name = folded = "location_folded"
    column = "location"


@admin.register(Car)
class CarAdmin(ImportPages, DealershipAdmin):
    form = CarForm
    fields = FIELDS
    readonly_fields = ("created_at", "updated_at")
    list_display = ("__str__", "shown_plate", "stock_number", "vin", "price", "km", "location", "status", "created_at")
    list_filter = ("status", MakeFilter, LocationFilter)
    filter_lookups = ("status__exact",)
    search_fields = ("search_text",)
    search_help_text = _("Make, model, plate, VIN or stock number")

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        return [*fields, *self.readonly_fields] if obj else fields

    def get_search_results(self, request, queryset, search_term):
        return queryset.matching(search_term), False

    @admin.display(description=_("plate"), ordering="plate_folded")
    def shown_plate(self, car):
        return car.plate and shown_plate(car.plate)

    def save_model(self, request, obj, form, change):
        if change:
            car = change_car(obj.dealership, obj.pk, form.changes)
        else:
            car = create_car(self.dealership_for(request, form), form.changes)
        self.refresh_from(obj, car)

    def delete_model(self, request, obj):
        delete_car(obj.dealership, obj.pk)

    def delete_queryset(self, request, queryset):
        for car in queryset.select_related("dealership"):
            delete_car(car.dealership, car.pk)
