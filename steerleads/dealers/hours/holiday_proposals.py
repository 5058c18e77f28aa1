"""Morocco's public holidays, proposed as special days. Those of the Islamic calendar are estimates: the moon decides."""

from datetime import date, timedelta
from typing import NamedTuple

from django.utils.translation import get_language

from steerleads.dealers.hours.schedule import LAST_DAY
from steerleads.dealers.models import Dealership

LANGUAGES = {"fr": "fr", "ar": "ar"}  # {ours: the package's}; others see English
ENGLISH = "en_US"
DAY = timedelta(days=1)


class Holiday(NamedTuple):
    name: str
    label: str  # the name, and whether its date is an estimate
    first: date
    last: date


def proposed(dealership: Dealership, today: date) -> list[Holiday]:
    """Those that end between today and the end of next year, and that the dealership does not have yet."""
    there = set(dealership.special_days.values_list("first", "last"))
    years = [today.year, min(today.year + 1, LAST_DAY.year)]
    return [each for each in _holidays(years) if each.last >= today and (each.first, each.last) not in there]


def _holidays(years):
    """In order of date; one of several days is one."""
    runs: list[Holiday] = []
    for day, name, label in _days(years):
        before = next((each for each in runs if each.name == name and each.last + DAY == day), None)
        if before:
            runs[runs.index(before)] = before._replace(last=day)
        else:
            runs.append(Holiday(name, label, day, day))
    return _one_a_range(runs)


def _one_a_range(runs):
    """Two that fall on the same days are one special day, with both names."""
    found: dict[tuple[date, date], Holiday] = {}
    for each in runs:
        ends = each.first, each.last
        found[ends] = _both(found[ends], each) if ends in found else each
    return list(found.values())


def _both(one, other):
    return one._replace(name=f"{one.name}; {other.name}", label=f"{one.label}; {other.label}")


def _days(years):
    from holidays import MA  # 20 MiB, which only a process that proposes needs

    language = LANGUAGES.get(get_language(), ENGLISH)
    plain = MA(years=years, language=language, islamic_show_estimated=False)
    labelled = MA(years=years, language=language)
    for day in sorted(plain):
        for name, label in zip(plain.get_list(day), labelled.get_list(day), strict=True):
            yield day, name, label
