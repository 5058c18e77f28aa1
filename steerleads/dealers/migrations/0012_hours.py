"""Takes the hours of dealerships over from the app of webhooks and rules: see its migration 0004, which moves the table."""

import datetime
from functools import partial

import django.db.models.deletion
from django.db import migrations, models

import steerleads.db.ids

HOURS = migrations.CreateModel(
    name="Hours",
    fields=[
        (
            "id",
            models.UUIDField(default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False),
        ),
        ("opens", models.TimeField(default=partial(datetime.time, 9), verbose_name="opens")),
        ("closes", models.TimeField(default=partial(datetime.time, 19), verbose_name="closes")),
        ("days", models.CharField(default="1,2,3,4,5,6", max_length=20, verbose_name="business days")),
        ("quiet_from", models.TimeField(default=partial(datetime.time, 21), verbose_name="quiet from")),
        ("quiet_until", models.TimeField(default=partial(datetime.time, 8), verbose_name="quiet until")),
        (
            "dealership",
            models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="hours",
                to="dealers.dealership",
                verbose_name="dealership",
            ),
        ),
    ],
    options={"verbose_name": "hours", "verbose_name_plural": "hours"},
)


class Migration(migrations.Migration):
    dependencies = [("dealers", "0011_account_mails")]
    operations = [migrations.SeparateDatabaseAndState(state_operations=[HOURS])]
