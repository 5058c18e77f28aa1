"""Whose turn it is to be given a new lead, and by what the contact of a lead is known again."""

import django.db.models.deletion
from django.db import migrations, models

import steerleads.db.ids


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0016_who_gets_leads"),
        ("leads", "0013_events_of_work"),
        ("work", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Turns",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("after", models.BigIntegerField(default=0)),
                ("last_served", models.UUIDField(null=True)),
                ("nobody_since", models.DateTimeField(null=True)),
                ("look_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="work",
            name="contact_email",
            field=models.CharField(max_length=500, null=True),
        ),
        migrations.AddField(
            model_name="work",
            name="contact_phone",
            field=models.CharField(max_length=20, null=True),
        ),
        migrations.AddIndex(
            model_name="work",
            index=models.Index(
                condition=models.Q(("contact_phone__isnull", False)),
                fields=["dealership", "contact_phone"],
                name="work_phone",
            ),
        ),
        migrations.AddIndex(
            model_name="work",
            index=models.Index(
                condition=models.Q(("contact_email__isnull", False)),
                fields=["dealership", "contact_email"],
                name="work_email",
            ),
        ),
        migrations.AddField(
            model_name="turns",
            name="dealership",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="turns", to="dealers.dealership"
            ),
        ),
    ]
