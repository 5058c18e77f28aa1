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

TIME = re.compile(r"[\d-]{10}.\d\d:\d\d:\d\d(?:\.\d{6})?")  # as Django writes it, in UTC


class Kept(Func):
    """A column as SQLite keeps it: `+column` has no declared type, by which the driver would make an object of it."""

    template = "+%(expressions)s"
    output_field = TextField()


class Hex(UUIDField):
    """An id as SQLite keeps it."""

    def get_db_prep_value(self, value, connection, prepared=False):
        return value


COLUMNS, CARS = [Kept(name) for name in LEAD_COLUMNS], [Kept(name) for name in CAR_COLUMNS]


def _one(dealership, id):
    return Lead.objects.of(dealership).filter(pk=id).order_by().values_list(*COLUMNS, Kept("archived"), Kept("version"))


def _of_car(dealership, car):
    leads = Lead.objects.of(dealership).with_archived(False).filter(car_id=car)
    return LEADS.order().apply(leads).values_list(*COLUMNS, *CARS)[: LONGEST_WHOLE + 1]


ONE, OF_CAR = Statement(_one, Hex(), Hex()), Statement(_of_car, Hex(), Hex())


class WrittenByHand(Exception):
    """A time in the database is not as Django writes it."""


def read_lead(dealership, lead_id):
    """(JSON, quoted ETag) of one; None if it is not there, or archived, which takes a header more."""
    row = ONE.row(dealership.pk.hex, _kept(lead_id))
    if row is None:
        return None
    *row, archived, version = row
    return None if archived else (json.render(lead_object(_shown(row))), etags.quoted(str(version)))


def read_leads_of_car(dealership, car_id):
    """(JSON, quoted ETag or None) of its list; None if there are no leads, or too many for one answer."""
    rows = OF_CAR.rows(dealership.pk.hex, _kept(car_id))
    if not rows or len(rows) > LONGEST_WHOLE:
        return None
    body = json.render([lead_with_car(_shown(row)) for row in rows])
    return body, tag_of(body, len(rows))


def _shown(row):
    """The row with its ids and times as the API spells them."""
    id, car_id, status, action, target_name, target_info, tag, note, order, created_at, updated_at, *car = row
    return (
        _id(id),
        _id(car_id),
        *(status, action, target_name, target_info, tag, note, order),
        _time(created_at),
        _time(updated_at),
        *car,
    )


def _kept(id):
    return id.replace("-", "").lower()


def _id(text):
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _time(text):
    if not TIME.fullmatch(text):
        raise WrittenByHand()
    return f"{text[:10]}T{text[11:19]}Z"
