"""Folds the texts of cars anew: digits, apostrophes, dashes and letters of other keyboards count as one (contract 21)."""

from django.db import migrations

from cars.models import Car
from steerleads.db.refolding import refold


def fold_further(apps, schema_editor):
    refold(apps.get_model("cars", "Car").objects.all(), Car.fold)


class Migration(migrations.Migration):
    atomic = False  # each batch is a transaction of its own

    dependencies = [("cars", "0002_plate")]
    operations = [migrations.RunPython(fold_further, migrations.RunPython.noop)]
