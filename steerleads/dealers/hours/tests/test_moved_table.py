"""The migrations that hours went through, with rows as they were before each."""

from datetime import date, time
from functools import cache

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.hours.models import Hours, OpeningWeek
from steerleads.dealers.hours.schedule import FIRST_DAY, USUAL_WEEK, WEEKDAYS
from steerleads.dealers.tests.people import make_staff

MOVE = ("delivery", "0004_hours_move_to_dealers")
WEEKS = ("dealers", "0014_opening_hours")
BEFORE = [("delivery", "0003_pauses"), ("dealers", "0012_hours")]

pytestmark = pytest.mark.django_db(transaction=True)


def unapply(migration):
    """The models as they were before it."""
    loader, before = _before(migration)
    with connection.schema_editor() as editor:
        loader.get_migration(*migration).unapply(before.clone(), editor)
    ContentType.objects.clear_cache()
    return before.apps


def apply(migration):
    loader, before = _before(migration)
    with connection.schema_editor() as editor:
        loader.get_migration(*migration).apply(before.clone(), editor)
    ContentType.objects.clear_cache()


@cache  # both are only read, and take half a second of a processor
def _before(migration):
    loader = MigrationLoader(connection)
    others = BEFORE if migration == MOVE else []
    return loader, loader.project_state(others + loader.get_migration(*migration).dependencies)


# --- To the app of dealerships ---------------------------------------------------------------------


@pytest.fixture
def at_delivery():
    """The models as they were when the app of webhooks and rules had the table; and the way to today."""
    unapply(WEEKS)
    return unapply(MOVE)


def go_on():
    apply(MOVE)
    apply(WEEKS)


def content_types():
    return list(ContentType.objects.filter(model="hours").values_list("app_label", flat=True))


def test_rows_permissions_and_log_entries_move_along(casa, at_delivery):
    hours = at_delivery.get_model("delivery", "Hours").objects.create(dealership_id=casa.pk, quiet_from=time(7))
    old = ContentType.objects.get(app_label="delivery", model="hours")
    may_add = Permission.objects.get(content_type=old, codename="add_hours")
    LogEntry.objects.create(user=make_staff(casa), content_type=old, object_id=hours.pk, action_flag=CHANGE)

    go_on()

    moved = Hours.objects.get()
    assert (moved.pk, moved.dealership, moved.quiet_from) == (hours.pk, casa, time(7))
    assert LogEntry.objects.get().content_type == ContentType.objects.get_for_model(Hours) == old
    assert Permission.objects.get(content_type=old, codename="add_hours") == may_add
    assert content_types() == ["dealers"]


def test_an_empty_content_type_of_the_new_place_is_in_nobodys_way(casa, at_delivery):
    old = ContentType.objects.get(app_label="delivery", model="hours")
    empty = ContentType.objects.create(app_label="dealers", model="hours")
    Permission.objects.create(content_type=empty, codename="add_hours", name="Can add hours")

    go_on()

    assert content_types() == ["dealers"] and ContentType.objects.get_for_model(Hours) == old


def test_a_dealership_still_has_one_row_of_hours(casa, at_delivery):
    go_on()
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, Hours._meta.db_table).values()
    assert ["dealership_id"] in [facts["columns"] for facts in constraints if facts["unique"]]
    assert ("dealers_dealership", "id") in [facts["foreign_key"] for facts in constraints]


# --- Into dated weeks --------------------------------------------------------------------------------


def week(hours, days):
    return {day: hours if str(number) in days else [] for number, day in enumerate(WEEKDAYS, 1)}


# What was set, and the week that it is: as it was read then.
CARRIED = [
    ({}, USUAL_WEEK),
    ({"opens": time(8, 30), "closes": time(18), "days": "1,2"}, week([["08:30", "18:00"]], "12")),
    ({"days": " 6, 5"}, week([["09:00", "19:00"]], "56")),
    ({"closes": time(9)}, week([["00:00", "24:00"]], "123456")),
    ({"opens": time(20), "closes": time(6)}, week([["00:00", "24:00"]], "123456")),
    ({"days": ""}, week([["09:00", "19:00"]], "1234567")),
    ({"days": "0,8,x"}, week([["09:00", "19:00"]], "1234567")),
    ({"opens": time(9), "closes": time(9, 0, 30)}, week([], "")),
]


@pytest.mark.parametrize(("was", "expected"), CARRIED)
def test_what_was_set_is_the_week_since_ever(casa, was, expected):
    Old = unapply(WEEKS).get_model("dealers", "Hours")
    Old.objects.create(dealership_id=casa.pk, quiet_from=time(22), quiet_until=time(7), **was)

    apply(WEEKS)

    assert OpeningWeek.objects.values_list("dealership", "valid_from", "week").get() == (casa.pk, FIRST_DAY, expected)
    quiet = Hours.objects.values_list("quiet_from", "quiet_until", "target_seconds", "stale_seconds").get()
    assert quiet == (time(22), time(7), 1800, 604_800)


def test_who_had_set_nothing_has_the_usual_hours(casa):
    unapply(WEEKS)
    apply(WEEKS)
    assert not OpeningWeek.objects.exists() and not Hours.objects.exists()
    assert Calendar.of(casa).schedule.open_on(date(2026, 1, 5)) == ((540, 1140),)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_way_back_keeps_what_the_old_columns_can_say(casa, number):
    was, expected = CARRIED[number]
    Old = unapply(WEEKS).get_model("dealers", "Hours")
    before = Old.objects.create(dealership_id=casa.pk, **was)
    apply(WEEKS)
    unapply(WEEKS)
    after = Old.objects.get(pk=before.pk)
    apply(WEEKS)
    assert after.days == before.days and OpeningWeek.objects.get().week == expected
