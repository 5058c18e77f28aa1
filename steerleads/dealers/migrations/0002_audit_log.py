import django.db.models.deletion
from django.db import migrations, models

import steerleads.db.ids


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="what")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "actor_type",
                    models.CharField(
                        blank=True,
                        choices=[("api_key", "API key"), ("staff", "Staff"), ("command", "Command")],
                        max_length=10,
                    ),
                ),
                ("actor_id", models.CharField(blank=True, max_length=36)),
                ("actor_name", models.CharField(blank=True, max_length=200, verbose_name="who")),
                ("subject_type", models.CharField(blank=True, max_length=20)),
                ("subject_id", models.CharField(blank=True, max_length=36)),
                ("subject_name", models.CharField(blank=True, max_length=200, verbose_name="whom or what")),
                ("address", models.CharField(blank=True, max_length=50, verbose_name="from")),
                ("details", models.JSONField(default=dict)),
                ("times", models.PositiveIntegerField(default=1, verbose_name="times")),
                ("last_at", models.DateTimeField(verbose_name="last time")),
                (
                    "dealership",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                        verbose_name="dealership",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit log entry",
                "verbose_name_plural": "audit log entries",
                "indexes": [
                    models.Index(fields=["dealership", "at", "id"], name="audit_list"),
                    models.Index(fields=["at"], name="audit_old"),
                ],
            },
        ),
    ]
