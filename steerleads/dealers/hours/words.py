"""Opening hours in words, as lists in the admin show them."""

from itertools import groupby

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from steerleads.dealers.hours.schedule import WEEKDAYS, DayHours, WeekHours


def day_in_words(hours: DayHours) -> str:
    return " · ".join("–".join(interval) for interval in hours) or _("closed")


def week_in_words(week: WeekHours) -> list[str]:
    """A line for each run of weekdays with the same hours."""
    days = [(str(WEEKDAYS_ABBR[number]), week[day]) for number, day in enumerate(WEEKDAYS)]
    runs = [(hours, [name for name, _hours in run]) for hours, run in groupby(days, key=lambda day: day[1])]
    return [f"{_span(names)} {day_in_words(hours)}" for hours, names in runs]


def _span(names):
    return names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}"
