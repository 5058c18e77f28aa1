"""Gives cars a number plate, which staff find them by. No car has one yet, so there is nothing to fold."""

from django.db import migrations, models

import steerleads.db.columns


class Migration(migrations.Migration):
    dependencies = [("cars", "0001_initial")]
    operations = [
        migrations.AddField("car", "plate", models.CharField("plate", max_length=30, null=True, blank=True)),
        migrations.AddField("car", "plate_folded", steerleads.db.columns.FoldedField(editable=False, null=True)),
    ]
