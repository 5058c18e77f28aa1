"""The table of origins: from where a lead came that an import or another system brought."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0012_hours"),
        ("leads", "0008_contacts_by_possible_numbers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Origin",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to="leads.lead"
                    ),
                ),
                ("source", models.CharField(max_length=100)),
                ("external_id", models.CharField(max_length=255, null=True)),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "dealership",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("dealership", "external_id", "source"), name="one_lead_an_origin")
                ],
            },
        ),
    ]
