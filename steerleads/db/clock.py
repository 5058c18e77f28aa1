"""The one rule for stored times: none from the future is believed, as it was written by a clock that was wrong.

A machine may boot a day ahead, or have its clock set back an hour. Nothing may wait, be locked or be kept for that long.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

APART = timedelta(minutes=1)  # clocks of machines that share a database may differ so much


def credible_until(now: datetime, ahead: timedelta = timedelta(0)) -> datetime:
    """The latest stored time that is believed at `now`, of those that are written `ahead` of their time at most."""
    return now + ahead + APART


def date_back(rows: QuerySet, field: str, now: datetime, ahead: timedelta = timedelta(0)) -> None:
    """Put in the latest time that could be, where one of the `rows`, a queryset, has one from the future."""
    wrong = rows.filter(**{f"{field}__gt": credible_until(now, ahead)})
    if wrong.exists():  # looked at first: on SQLite, to write nothing stops everybody who writes
        wrong.update(**{field: now + ahead})
