"""Mails to staff about their accounts, which wait until a delivery worker has sent them."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import steerleads.db.ids

KINDS = [
    ("invitation", "Invitation"),
    ("password_reset", "Password Reset"),
    ("two_factor_removed", "Two Factor Removed"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0010_made_by_whom"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountMail",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(choices=KINDS, max_length=20)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(db_index=True)),
                ("lease", models.UUIDField(null=True)),
                ("asked_from", models.CharField(default="", max_length=45)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
