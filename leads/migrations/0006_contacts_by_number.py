"""Writes down each number of a contact as it is dialled, so that it is found by any spelling of it."""

from django.db import migrations

from leads.models import Lead
from steerleads.db.refolding import refold


def write_numbers(apps, schema_editor):
    refold(apps.get_model("leads", "Lead").objects.all(), Lead.fold)


class Migration(migrations.Migration):
    atomic = False  # each batch is a transaction of its own

    dependencies = [("leads", "0005_fold_further")]
    operations = [migrations.RunPython(write_numbers, migrations.RunPython.noop)]
