"""What requests of the HTTP benchmarks are about: a dealership with many leads, and its keys."""

import uuid
from dataclasses import dataclass

from leads.models import Lead
from steerleads.benchmarks.data import fill
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import Dealership

LEADS_A_CAR = 20
LEADS_OF_LONG_CAR = 4000
CARS_FOR_NEW_LEADS = 500
FAR_LIMIT = 2_000_000_000  # requests an hour: counted, and never reached


@dataclass(frozen=True)
class Stage:
    """`cars` have 20 leads each, `long_car` has `long`; new leads go to `new_cars`, so that lists stay as long."""

    key: str
    limited_key: str
    leads: list[uuid.UUID]
    cars: list[uuid.UUID]
    long_car: uuid.UUID
    long: int
    new_cars: list[uuid.UUID]


def build(count):
    """A Stage with so many leads, those of the long car and the new cars not counted."""
    casa = Dealership.objects.create(name="Casa Motors")
    cars = fill(casa, count, leads_a_car=LEADS_A_CAR)
    long = min(count, LEADS_OF_LONG_CAR)
    (long_car,) = fill(casa, long, leads_a_car=long)
    new_cars = fill(casa, min(count, CARS_FOR_NEW_LEADS), leads_a_car=1)
    return Stage(
        key=_key(casa, 0),
        limited_key=_key(casa, FAR_LIMIT),
        leads=list(Lead.objects.of(casa).exclude(car__in=[long_car, *new_cars]).values_list("pk", flat=True)),
        cars=[car.pk for car in cars],
        long_car=long_car.pk,
        long=long,
        new_cars=[car.pk for car in new_cars],
    )


def _key(dealership, hourly_limit):
    return issue_key(dealership, "Website", hourly_limit=hourly_limit)[1]
