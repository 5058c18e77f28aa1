"""Gives the table of hours, with its rows, to the app of dealerships; and what the admin's log and permissions say of it."""

from django.db import migrations

OLD, NEW = "delivery", "dealers"


def _to_dealers(apps, schema_editor):
    _move_content_type(apps, OLD, NEW)


def _to_delivery(apps, schema_editor):
    _move_content_type(apps, NEW, OLD)


def _move_content_type(apps, here, there):
    """Permissions and entries of the log belong to a content type, and so go along with it."""
    of_hours = apps.get_model("contenttypes", "ContentType").objects.filter(model="hours")
    if of_hours.filter(app_label=here).exists():
        # An empty one is there already if `migrate dealers` ran by itself before.
        of_hours.filter(app_label=there).delete()
        of_hours.filter(app_label=here).update(app_label=there)


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0003_pauses"),
        ("dealers", "0012_hours"),
        ("contenttypes", "0002_remove_content_type_name"),
        # So that what an empty content type has is deleted with it.
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("Hours", "dealers_hours")],
            state_operations=[migrations.DeleteModel("Hours")],
        ),
        migrations.RunPython(_to_dealers, _to_delivery),
    ]
