"""Rules in an app of their own: what only they have, behind the ids that they have among destinations."""

import django.db.models.deletion
from django.db import migrations, models

from leads.outbox.migrations._moving import DEPENDENCIES, SHARED, move_content_type

OWN = 'hours, channel, "to"'


class Migration(migrations.Migration):
    initial = True
    dependencies = [("delivery", "0005_destinations"), *DEPENDENCIES]
    operations = [
        migrations.CreateModel(
            name="Rule",
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
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("created", "a lead is created"),
                            ("completed", "a lead becomes Completed"),
                            ("not_needed", "a lead becomes Not needed"),
                            ("stays_new", "a lead stays New for longer than so many business hours"),
                        ],
                        max_length=12,
                        verbose_name="when",
                    ),
                ),
                ("hours", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="business hours")),
                ("channel", models.CharField(default="email", max_length=50, verbose_name="by")),
                ("to", models.CharField(max_length=1000, verbose_name="tell")),
            ],
            options={
                "verbose_name": "notification rule",
                "verbose_name_plural": "notification rules",
                "ordering": ["created_at", "id"],
            },
            bases=("delivery.destination",),
        ),
        migrations.RunSQL(
            f"""
            INSERT INTO notifications_rule (destination_ptr_id, "trigger", {OWN})
            SELECT id, occasion, {OWN} FROM delivery_rule""",
            f"""
            INSERT INTO delivery_rule ({SHARED}, "after", occasion, {OWN})
            SELECT {SHARED}, after_sequence, "trigger", {OWN}
            FROM notifications_rule JOIN delivery_destination ON id = destination_ptr_id""",
        ),
        move_content_type("rule", "delivery", "notifications"),
    ]
