"""Takes what rows were called out of the admin's log: names of people, and webhooks' addresses with their tokens."""

from django.db import migrations


def forget(apps, schema_editor):
    apps.get_model("admin", "LogEntry").objects.exclude(object_repr="").update(object_repr="")


class Migration(migrations.Migration):
    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("dealers", "0003_known_networks_of_keys"),
    ]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
