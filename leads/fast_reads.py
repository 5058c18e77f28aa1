"""The two reads that are asked for most, from SQLite to JSON, for `steerleads/fast_path.py`.

Values go from what SQLite keeps to what is shown: to make objects of ids and times in between, and to find out first
which columns have some, takes a quarter of a list's time.
"""

import re

from django.db.models import Func, TextField, UUIDField

from leads.models import Lead
from leads.serializers import CAR_COLUMNS, LEAD_COLUMNS, lead_object, lead_with_car
from leads.views import LEADS
from steerleads.api import etags, json
from steerleads.api.lists import LONGEST_WHOLE, tag_of
from steerleads.api.statements import Statement

TIME = re.compile(r"[\d-]{10}.\d\d:\d\d:\d\d(?:\.\d{6})?", re.ASCII)  # as Django writes it, in UTC


class Kept(Func):
    """A column as SQLite keeps it: `+column` has no declared type, by which the driver would make an object of it."""

    template = "+%(expressions)s"
    output_field = TextField()


class Hex(UUIDField):
    """An id as SQLite keeps it."""

    def get_db_prep_value(self, value, connection, prepared=False):
        return value


# As `_shown` takes them apart.
assert LEAD_COLUMNS[:2] == ("id", "car_id") and LEAD_COLUMNS[-2:] == ("created_at", "updated_at")
COLUMNS, CARS = [Kept(name) for name in LEAD_COLUMNS], [Kept(name) for name in CAR_COLUMNS]


def _one(dealership, id):
    return Lead.objects.of(dealership).filter(pk=id).order_by().values_list(*COLUMNS, Kept("archived"), Kept("version"))


def _of_car(dealership, car):
    leads = Lead.objects.of(dealership).with_archived(False).filter(car_id=car)
    return LEADS.order().apply(leads).values_list(*COLUMNS, *CARS)[: LONGEST_WHOLE + 1]


ONE, OF_CAR = Statement(_one, Hex(), Hex()), Statement(_of_car, Hex(), Hex())


class WrittenByHand(ValueError):
    """A time in the database is not as Django writes it."""


def read_lead(database, dealership, lead_id):
    """(JSON, quoted ETag) of one; None if it is not there, or archived, which takes a header more."""
    rows = ONE.rows_of(database, dealership.pk.hex, _as_kept(lead_id))
    if not rows:
        return None
    *row, archived, version = rows[0]
    return None if archived else (json.render(lead_object(_shown(row))), etags.quoted(str(version)))


def read_leads_of_car(database, dealership, car_id):
    """(JSON, quoted ETag or None) of its list; None if there are no leads, or too many for one answer."""
    rows = OF_CAR.rows_of(database, dealership.pk.hex, _as_kept(car_id))
    if not rows or len(rows) > LONGEST_WHOLE:
        return None
    body = json.render([lead_with_car(_shown(row)) for row in rows])
    return body, tag_of(body, len(rows))


def _shown(row):
    """The row with its ids and times as the API spells them."""
    times = len(LEAD_COLUMNS) - 2
    created_at, updated_at = row[times : times + 2]
    return (
        _id(row[0]),
        _id(row[1]),
        *row[2:times],
        _time(created_at),
        _time(updated_at),
        *row[times + 2 :],
    )


def _as_kept(id):
    return id.replace("-", "").lower()


def _id(text):
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _time(text):
    if not TIME.fullmatch(text):
        raise WrittenByHand()
    return f"{text[:10]}T{text[11:19]}Z"
