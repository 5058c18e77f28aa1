"""The migration that gives the table of hours to the app of dealerships, with rows as they were before it."""

from datetime import time

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from steerleads.dealers.hours.models import Hours
from steerleads.dealers.tests.people import make_staff

MIGRATION = ("delivery", "0004_hours_move_to_dealers")
BEFORE = [("delivery", "0003_pauses"), ("dealers", "0012_hours")]

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(direction):
    """The models as they are at the state before; direction is "apply" or "unapply"."""
    loader = MigrationLoader(connection)
    before = loader.project_state(BEFORE + loader.get_migration(*MIGRATION).dependencies)
    with connection.schema_editor() as editor:
        getattr(loader.get_migration(*MIGRATION), direction)(before.clone(), editor)
    ContentType.objects.clear_cache()
    return before.apps


def content_types():
    return list(ContentType.objects.filter(model="hours").values_list("app_label", flat=True))


def test_rows_permissions_and_log_entries_move_along(casa):
    models = migrate("unapply")
    hours = models.get_model("delivery", "Hours").objects.create(dealership_id=casa.pk, opens=time(7), days="1,2")
    old = ContentType.objects.get(app_label="delivery", model="hours")
    may_add = Permission.objects.get(content_type=old, codename="add_hours")
    LogEntry.objects.create(user=make_staff(casa), content_type=old, object_id=hours.pk, action_flag=CHANGE)

    migrate("apply")

    moved = Hours.objects.get()
    assert (moved.pk, moved.dealership, moved.opens, moved.days) == (hours.pk, casa, time(7), "1,2")
    assert LogEntry.objects.get().content_type == ContentType.objects.get_for_model(Hours) == old
    assert Permission.objects.get(content_type=old, codename="add_hours") == may_add
    assert content_types() == ["dealers"]


def test_an_empty_content_type_of_the_new_place_is_in_nobodys_way(casa):
    migrate("unapply")
    old = ContentType.objects.get(app_label="delivery", model="hours")
    empty = ContentType.objects.create(app_label="dealers", model="hours")
    Permission.objects.create(content_type=empty, codename="add_hours", name="Can add hours")

    migrate("apply")

    assert content_types() == ["dealers"] and ContentType.objects.get_for_model(Hours) == old


def test_a_dealership_still_has_one_row_of_hours(casa):
    migrate("unapply")
    migrate("apply")
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, Hours._meta.db_table).values()
    assert ["dealership_id"] in [facts["columns"] for facts in constraints if facts["unique"]]
    assert ("dealers_dealership", "id") in [facts["foreign_key"] for facts in constraints]
