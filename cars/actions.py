"""The verbs: every write to a car, from the API, the admin or an import."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from cars.errors import CarHasLeads, CarNotFound, DuplicateVehicle
from cars.models import Car, Stock
from steerleads.api import etags
from steerleads.api.errors import PreconditionFailed
from steerleads.dealers.models import Dealership

UNIQUE = {"vin": "vin", "stock_number": "stockNumber"}


def create_car(dealership: Dealership, fields: Mapping[str, Any]) -> Car:
    """A new Car from model field names and clean values. Raises DuplicateVehicle."""
    car = Car(dealership=dealership, **fields)
    car.fold()
    _save(car, force_insert=True)
    return car


def change_car(
    dealership: Dealership, car_id: UUID, changes: Mapping[str, Any], *, if_match: Collection[str] | None = None
) -> Car:
    """The Car with `changes` written; only what differs is.

    Raises CarNotFound, PreconditionFailed, DuplicateVehicle.
    """
    with transaction.atomic():
        _mark_stock(dealership)
        car = _locked(dealership, car_id, if_match)
        changed = {name: value for name, value in changes.items() if getattr(car, name) != value}
        if changed:
            for name, value in changed.items():
                setattr(car, name, value)
            car.version += 1
            car.updated_at = timezone.now()
            car.fold()
            folded = ["make_folded", "model_folded", "location_folded", "plate_folded", "search_text", "staff_text"]
            _save(car, update_fields=[*changed, "version", "updated_at", *folded])
    return car


def delete_car(dealership: Dealership, car_id: UUID, *, if_match: Collection[str] | None = None) -> None:
    """Raises CarNotFound, PreconditionFailed, CarHasLeads."""
    with transaction.atomic():
        _mark_stock(dealership)  # figures tell by it whether the cars of deleted leads are still there
        # FOR UPDATE, which a lead being created for this car (create_lead locks it) excludes and is excluded by.
        car = _locked(dealership, car_id, if_match)
        if car.leads.exists():
            raise CarHasLeads()
        car.delete()


def _mark_stock(dealership: Dealership) -> None:
    """Say that a car is another from now on, and wait for everybody who says so. Before any car is locked."""
    stock = Stock(dealership=dealership)
    Stock.objects.bulk_create([stock], update_conflicts=True, unique_fields=["dealership"], update_fields=["mark"])


def _locked(dealership: Dealership, car_id: UUID, if_match: Collection[str] | None) -> Car:
    car = Car.objects.of(dealership).select_for_update().filter(pk=car_id).first()
    if car is None:
        raise CarNotFound()
    if if_match is not None and not etags.matches(if_match, car.etag):
        raise PreconditionFailed()
    return car


def _save(car: Car, **how: Any) -> None:
    """Save, and say which of the unique values is taken. The database judges: a look beforehand would race."""
    try:
        with transaction.atomic():
            car.save(**how)
    except IntegrityError:
        raise _duplicate(car) from None


def _duplicate(car: Car) -> DuplicateVehicle:
    others = Car.objects.of(car.dealership_id).exclude(pk=car.pk)
    for column, name in UNIQUE.items():
        value = getattr(car, column)
        if value is not None and others.filter(**{column: value}).exists():
            return DuplicateVehicle(name, value)
    return DuplicateVehicle("vin", car.vin)
