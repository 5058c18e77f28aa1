"""Empties django-axes' own table: nothing reads it any more, and it names people and their addresses."""

from django.db import migrations


def forget_attempts(apps, schema_editor):
    apps.get_model("axes", "AccessAttempt").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0005_tallies"),
        ("axes", "0010_accessattemptexpiration"),
    ]

    operations = [migrations.RunPython(forget_attempts, migrations.RunPython.noop)]
