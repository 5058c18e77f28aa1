"""Webhooks, notification rules, and what is on its way to them."""

import datetime
from functools import partial

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import steerleads.db.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("dealers", "0001_initial"),
        ("leads", "0004_event_sequence"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hours",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
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
            options={
                "verbose_name": "hours",
                "verbose_name_plural": "hours",
            },
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("is_on", models.BooleanField(default=True, verbose_name="on")),
                ("after", models.BigIntegerField(default=0, editable=False)),
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
                ("lease_token", models.UUIDField(editable=False, null=True)),
                ("leased_until", models.DateTimeField(editable=False, null=True)),
                (
                    "occasion",
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
                "verbose_name": "notification rule",
                "verbose_name_plural": "notification rules",
                "ordering": ["created_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("is_on", models.BooleanField(default=True, verbose_name="on")),
                ("after", models.BigIntegerField(default=0, editable=False)),
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
                ("lease_token", models.UUIDField(editable=False, null=True)),
                ("leased_until", models.DateTimeField(editable=False, null=True)),
                ("url", models.CharField(max_length=2000, verbose_name="URL")),
                ("kinds", models.JSONField(default=list, verbose_name="events")),
                ("description", models.CharField(blank=True, default="", max_length=200, verbose_name="description")),
                ("secret", models.CharField(editable=False, max_length=100)),
                ("old_secret", models.CharField(blank=True, default="", editable=False, max_length=100)),
                ("old_secret_until", models.DateTimeField(editable=False, null=True)),
                ("owes_notice", models.BooleanField(default=False, editable=False)),
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
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
                "ordering": ["created_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("event_id", models.UUIDField(null=True)),
                ("lead_id", models.UUIDField(null=True)),
                ("kind", models.CharField(max_length=20, verbose_name="event")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("delivered", "delivered"),
                            ("dead", "dead letter"),
                            ("dropped", "no longer needed"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("next_at", models.DateTimeField(null=True, verbose_name="next attempt")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created")),
                ("last_at", models.DateTimeField(null=True, verbose_name="last attempt")),
                ("last_status", models.PositiveSmallIntegerField(null=True, verbose_name="last answer")),
                ("last_error", models.CharField(blank=True, default="", max_length=40, verbose_name="last error")),
                (
                    "dealership",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="delivery.rule",
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="delivery.webhook",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
            },
        ),
        migrations.CreateModel(
            name="Body",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("event_id", models.UUIDField()),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "dealership",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="leads.lead"),
                ),
            ],
            options={
                "verbose_name_plural": "bodies",
                "indexes": [models.Index(fields=["created_at"], name="body_old")],
                "constraints": [models.UniqueConstraint(fields=("dealership", "event_id"), name="one_body_an_event")],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=40)),
                ("milliseconds", models.PositiveIntegerField()),
                ("answer", models.TextField(blank=True, default="")),
                (
                    "dealership",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="leads.lead"
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tries", to="delivery.delivery"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "indexes": [models.Index(fields=["at"], name="attempt_old")],
            },
        ),
        migrations.AddIndex(
            model_name="rule",
            index=models.Index(fields=["dealership", "created_at", "id"], name="rule_list"),
        ),
        migrations.AddIndex(
            model_name="webhook",
            index=models.Index(fields=["dealership", "created_at", "id"], name="webhook_list"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["dealership", "created_at", "id"], name="delivery_list"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["dealership", "webhook", "created_at", "id"], name="delivery_of_webhook"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["dealership", "rule", "created_at", "id"], name="delivery_of_rule"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["dealership", "state", "created_at", "id"], name="delivery_of_state"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "pending")),
                fields=["webhook", "next_at", "id"],
                name="delivery_due_webhook",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "pending")), fields=["rule", "next_at", "id"], name="delivery_due_rule"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["state", "created_at"], name="delivery_old"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("dealership", "event_id", "webhook"), name="one_delivery_a_webhook"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("dealership", "event_id", "rule"), name="one_delivery_a_rule"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rule__isnull", True), ("webhook__isnull", False)),
                    models.Q(("rule__isnull", False), ("webhook__isnull", True)),
                    _connector="OR",
                ),
                name="delivery_has_one_destination",
            ),
        ),
    ]
