"""One table of destinations: webhooks and rules keep their ids in it, and each delivery has one foreign key to it.

Rows are copied and filled in by one statement each, however many they are. What is left of webhooks and rules goes to
their own apps, by migrations there.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import steerleads.db.ids
from leads.outbox.migrations._moving import SHARED

COPY = """
    INSERT INTO delivery_destination ({shared}, after_sequence, type)
    SELECT {shared}, "after", '{type}' FROM delivery_{type}"""
FILL = "UPDATE delivery_delivery SET destination_id = COALESCE(webhook_id, rule_id)"
SPLIT = """
    UPDATE delivery_delivery SET {type}_id = destination_id
    WHERE destination_id IN (SELECT id FROM delivery_destination WHERE type = '{type}')"""
TYPES = ("webhook", "rule")

DESTINATION = migrations.CreateModel(
    name="Destination",
    fields=[
        ("id", models.UUIDField(default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False)),
        ("type", models.CharField(editable=False, max_length=20)),
        ("is_on", models.BooleanField(default=True, verbose_name="on")),
        ("after_sequence", models.BigIntegerField(default=0, editable=False)),
        ("version", models.PositiveIntegerField(default=1, editable=False)),
        (
            "created_at",
            models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created"),
        ),
        (
            "updated_at",
            models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="updated"),
        ),
        ("switched_off_at", models.DateTimeField(editable=False, null=True, verbose_name="switched off")),
        (
            "switched_off_why",
            models.CharField(
                blank=True,
                choices=[("gone", "it answered 410 Gone"), ("failing", "it only failed for five days")],
                default="",
                editable=False,
                max_length=10,
            ),
        ),
        ("failing_since", models.DateTimeField(editable=False, null=True, verbose_name="failing since")),
        ("paused_until", models.DateTimeField(editable=False, null=True, verbose_name="paused until")),
        ("refusals", models.PositiveSmallIntegerField(default=0, editable=False)),
        ("lease_token", models.UUIDField(editable=False, null=True)),
        ("leased_until", models.DateTimeField(editable=False, null=True)),
        (
            "dealership",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="dealers.dealership",
                verbose_name="dealership",
            ),
        ),
    ],
    options={
        "indexes": [models.Index(fields=["dealership", "created_at", "id"], name="destination_list")],
    },
)


def _foreign_key(**options):
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="deliveries",
        to="delivery.destination",
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [("delivery", "0004_hours_move_to_dealers")]
    operations = [
        DESTINATION,
        *(migrations.RunSQL(COPY.format(type=type, shared=SHARED), migrations.RunSQL.noop) for type in TYPES),
        migrations.RemoveConstraint(model_name="delivery", name="one_delivery_a_webhook"),
        migrations.RemoveConstraint(model_name="delivery", name="one_delivery_a_rule"),
        migrations.RemoveConstraint(model_name="delivery", name="delivery_has_one_destination"),
        migrations.RemoveIndex(model_name="delivery", name="delivery_of_webhook"),
        migrations.RemoveIndex(model_name="delivery", name="delivery_of_rule"),
        migrations.RemoveIndex(model_name="delivery", name="delivery_due_webhook"),
        migrations.RemoveIndex(model_name="delivery", name="delivery_due_rule"),
        migrations.AddField(model_name="delivery", name="destination", field=_foreign_key(null=True)),
        migrations.RunSQL(FILL, [SPLIT.format(type=type) for type in TYPES]),
        migrations.RemoveField(model_name="delivery", name="webhook"),
        migrations.RemoveField(model_name="delivery", name="rule"),
        migrations.AlterField(model_name="delivery", name="destination", field=_foreign_key()),
        migrations.RenameField(model_name="delivery", old_name="reached", new_name="delivered_to"),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["dealership", "destination", "created_at", "id"], name="delivery_of_destination"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "pending")), fields=["destination", "next_at", "id"], name="delivery_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("dealership", "event_id", "destination"), name="one_delivery_a_destination"
            ),
        ),
    ]
