"""Writes the keys of phones anew, which count every number that is possible, and leave out marks that nobody sees."""

from django.db import migrations

from leads.models import Lead
from steerleads.db.refolding import refold


def write_keys(apps, schema_editor):
    refold(apps.get_model("leads", "Lead").objects.all(), Lead.fold)


class Migration(migrations.Migration):
    atomic = False  # each batch is a transaction of its own

    dependencies = [("leads", "0007_search_contacts_too")]
    operations = [migrations.RunPython(write_keys, migrations.RunPython.noop)]
