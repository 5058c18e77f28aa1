"""Folds the texts of leads anew: digits, apostrophes, dashes and letters of other keyboards count as one (contract 21)."""

from django.db import migrations

from leads.models import Lead
from steerleads.db.refolding import refold


def fold_further(apps, schema_editor):
    refold(apps.get_model("leads", "Lead").objects.all(), Lead.fold)


class Migration(migrations.Migration):
    atomic = False  # each batch is a transaction of its own

    dependencies = [("leads", "0004_event_sequence")]
    operations = [migrations.RunPython(fold_further, migrations.RunPython.noop)]
