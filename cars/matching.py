"""Finds the car that a file or a message is about, by whatever it says of it: the surest sign first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from cars.models import Car
from cars.plates import fold_plate, is_distinctive
from steerleads.db.text import fold
from steerleads.dealers.models import Dealership

YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)", re.ASCII)
SPACES_AND_DASHES = re.compile(r"[ \xa0\u2009\u202f-]")
MOST_WORDS = 12  # of a car in one text that are looked at
Sign = tuple[tuple[str, str], ...]  # columns of a car, each with what has to stand there
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


def bare_vin(text: str) -> str:
    """A VIN without the spaces and dashes that people write into it."""
    return SPACES_AND_DASHES.sub("", text)


def find_car(dealership: Dealership, clues: Clues) -> Match:
    """The ladder: id, VIN, stock number, plate, the one of make, model and year, the one of make and model.

    A rung that has no car, or several, leaves it to the next. Cars that are sold are known by a name of their own only.
    """
    cars, is_ambiguous = Car.objects.of(dealership), False
    for rung in _rungs(clues):
        found = list(cars.filter(rung).order_by().values_list("pk", flat=True)[:SEVERAL])
        if len(found) == 1:
            return Match(found[0])
        is_ambiguous |= len(found) > 1
    return Match(is_ambiguous=is_ambiguous)


class Matcher:
    """`find_car` for many: what was asked is remembered until `forget`, as after a car was made or changed."""

    def __init__(self, dealership: Dealership):
        self.dealership = dealership
        self._known: dict[Clues, Match] = {}

    def find(self, clues: Clues) -> Match:
        if clues not in self._known:
            self._known[clues] = find_car(self.dealership, clues)
        return self._known[clues]

    def forget(self) -> None:
        self._known.clear()


def signs_of(clues: Clues) -> set[Sign]:
    """All by which the ladder might know a car, but for its id."""
    named = *_names(clues), *_names_in(clues.text)
    return {*named, *_kind(clues.make, clues.model), *_kinds_in(clues.text)}


def signs_of_car(car: Car) -> set[Sign]:
    """All by which the ladder might find this car, which is folded."""
    named = "vin", "stock_number", "plate_folded"
    signs: set[Sign] = {((name, value),) for name in named if (value := getattr(car, name))}
    return signs | {(("make_folded", car.make_folded), ("model_folded", car.model_folded))}


def _rungs(clues: Clues) -> Iterator[Q]:
    """The names, then the kinds; the same again of what stands in one text: one car's name, or a make with a model."""
    if clues.car_id:
        yield Q(pk=clues.car_id)
    yield from (Q(*sign) for sign in _names(clues))
    yield from _rungs_of_kinds(_kind(clues.make, clues.model), clues.year)
    yield from (Q(*sign) for sign in _names_in(clues.text))
    year = YEAR.search(clues.text)
    yield from _rungs_of_kinds(_kinds_in(clues.text), int(year[1]) if year else None)


def _rungs_of_kinds(kinds: list[Sign], year: int | None) -> Iterator[Q]:
    if not kinds:
        return
    unsold = Q(*(Q(*sign) for sign in kinds), _connector=Q.OR) & ~Q(status=Car.Status.SOLD)
    if year:
        yield unsold & Q(overview_year=year)
    yield unsold


def _names(clues: Clues) -> Iterator[Sign]:
    if clues.vin:
        yield (("vin", bare_vin(clues.vin).upper()),)
    if clues.stock_number:
        yield (("stock_number", clues.stock_number),)
    if is_distinctive(clues.plate):
        yield (("plate_folded", fold_plate(clues.plate)),)


def _names_in(text: str) -> Iterator[Sign]:
    if not text:
        return
    if len(text) == VIN_LENGTH and text.isalnum():
        yield (("vin", text.upper()),)
    yield (("stock_number", text),)
    if is_distinctive(text):
        yield (("plate_folded", fold_plate(text)),)


def _kind(make: str, model: str) -> list[Sign]:
    return [(("make_folded", fold(make)), ("model_folded", fold(model)))] if make and model else []


def _kinds_in(text: str) -> list[Sign]:
    words = YEAR.sub(" ", text).split()[:MOST_WORDS]
    return [sign for at in range(1, len(words)) for sign in _kind(" ".join(words[:at]), " ".join(words[at:]))]
