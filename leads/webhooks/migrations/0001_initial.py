"""Webhooks in an app of their own: what only they have, behind the ids that they have among destinations."""

import django.db.models.deletion
from django.db import migrations, models

import leads.webhooks.models
from leads.outbox.migrations._moving import DEPENDENCIES, SHARED, move_content_type

OWN = "url, kinds, description, secret, old_secret, old_secret_until"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("delivery", "0005_destinations"), *DEPENDENCIES]
    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "destination_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="delivery.destination",
                    ),
                ),
                ("url", models.CharField(max_length=2000, verbose_name="URL")),
                ("kinds", models.JSONField(default=leads.webhooks.models.default_kinds, verbose_name="events")),
                (
                    "description",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="description"),
                ),
                ("secret", models.CharField(editable=False, max_length=100)),
                ("old_secret", models.CharField(blank=True, default="", editable=False, max_length=100)),
                ("old_secret_until", models.DateTimeField(editable=False, null=True)),
                ("notice_pending", models.BooleanField(default=False, editable=False)),
            ],
            options={
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
                "ordering": ["created_at", "id"],
            },
            bases=("delivery.destination",),
        ),
        migrations.RunSQL(
            f"""
            INSERT INTO webhooks_webhook (destination_ptr_id, notice_pending, {OWN})
            SELECT id, owes_notice, {OWN} FROM delivery_webhook""",
            f"""
            INSERT INTO delivery_webhook ({SHARED}, "after", owes_notice, {OWN})
            SELECT {SHARED}, after_sequence, notice_pending, {OWN}
            FROM webhooks_webhook JOIN delivery_destination ON id = destination_ptr_id""",
        ),
        move_content_type("webhook", "delivery", "webhooks"),
    ]
