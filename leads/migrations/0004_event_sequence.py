"""Numbers events for whoever reads them in order; those that are there already are numbered at the first look."""

import django.db.models.deletion
from django.db import migrations, models

import steerleads.db.ids


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0001_initial"),
        ("leads", "0003_sqlite_statistics"),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("last", models.BigIntegerField(default=0)),
                ("told", models.BigIntegerField(default=0)),
                (
                    "dealership",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="feed", to="dealers.dealership"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="leadevent",
            name="sequence",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="leadevent",
            index=models.Index(
                condition=models.Q(("sequence__isnull", True)), fields=["dealership", "at", "id"], name="event_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="leadevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sequence__isnull", False)),
                fields=("dealership", "sequence"),
                name="event_sequence",
            ),
        ),
    ]
