"""Finds the car that a file or a message is about, by whatever it says of it: the surest sign first."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from cars.models import Car
from cars.plates import fold_plate, is_distinctive
from steerleads.db.text import fold
from steerleads.dealers.models import Dealership

YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)", re.ASCII)
MOST_WORDS = 12  # of a car in one text that are looked at
SEVERAL = 2  # as many need not be told apart from more
VIN_LENGTH = 17


@dataclass(frozen=True)
class Clues:
    """What is said of a car; nothing of it need be true. `text` is all of it in one, like `Dacia Logan 2019`."""

    car_id: UUID | None = None
    vin: str = ""
    stock_number: str = ""
    plate: str = ""
    make: str = ""
    model: str = ""
    year: int | None = None
    location: str = ""
    text: str = ""

    @property
    def names_kind(self) -> bool:
        """Whether make and model stand there, of which a car can be made."""
        return bool(self.make and self.model)


@dataclass(frozen=True)
class Match:
    """The car's id; or that there are several, and nothing tells which."""

    car_id: UUID | None = None
    is_ambiguous: bool = False


def find_car(dealership: Dealership, clues: Clues, *, besides: Collection[UUID] = ()) -> Match:
    """The ladder: id, VIN, stock number, plate, the one of make, model and year, the one of make and model.

    A rung that has no car, or several, leaves it to the next. Cars that are sold are known by a name of their own only.
    Those in `besides` are left out, as a car that stands in for unknown ones is.
    """
    cars, is_ambiguous = Car.objects.of(dealership).exclude(pk__in=list(besides)), False
    for rung in _rungs(clues):
        found = list(cars.filter(rung).order_by().values_list("pk", flat=True)[:SEVERAL])
        if len(found) == 1:
            return Match(found[0])
        is_ambiguous |= len(found) > 1
    return Match(is_ambiguous=is_ambiguous)


class Matcher:
    """`find_car` for many: what was asked is remembered until `forget`, as after a car was made or changed."""

    def __init__(self, dealership: Dealership, *, besides: Collection[UUID] = ()):
        self.dealership, self.besides = dealership, besides
        self._known: dict[Clues, Match] = {}

    def find(self, clues: Clues) -> Match:
        if clues not in self._known:
            self._known[clues] = find_car(self.dealership, clues, besides=self.besides)
        return self._known[clues]

    def forget(self) -> None:
        self._known.clear()


def cars_like(dealership: Dealership, clues: Clues) -> QuerySet[Car]:
    """The cars on any rung of the ladder, for a person to choose from."""
    rungs = list(_rungs(clues))
    return Car.objects.of(dealership).filter(Q(*rungs, _connector=Q.OR)) if rungs else Car.objects.none()


def _rungs(clues: Clues) -> Iterator[Q]:
    if clues.car_id:
        yield Q(pk=clues.car_id)
    if clues.vin:
        yield Q(vin=clues.vin.replace(" ", "").upper())
    if clues.stock_number:
        yield Q(stock_number=clues.stock_number)
    if is_distinctive(clues.plate):
        yield Q(plate_folded=fold_plate(clues.plate))
    yield from _kinds(_kind(clues.make, clues.model), clues.year)
    yield from _rungs_of_text(clues.text)


def _rungs_of_text(text: str) -> Iterator[Q]:
    """The same, where all of it stands in one text: it may be a name of one car, or a make with a model."""
    if not text:
        return
    if len(text) == VIN_LENGTH and text.isalnum():
        yield Q(vin=text.upper())
    yield Q(stock_number=text)
    if is_distinctive(text):
        yield Q(plate_folded=fold_plate(text))
    year = YEAR.search(text)
    words = YEAR.sub(" ", text).split()[:MOST_WORDS]
    splits = [_kind(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    yield from _kinds(Q(*splits, _connector=Q.OR) if splits else None, int(year[1]) if year else None)


def _kind(make: str, model: str) -> Q | None:
    return Q(make_folded=fold(make), model_folded=fold(model)) if make and model else None


def _kinds(kind: Q | None, year: int | None) -> Iterator[Q]:
    if kind is None:
        return
    unsold = kind & ~Q(status=Car.Status.SOLD)
    if year:
        yield unsold & Q(overview_year=year)
    yield unsold
