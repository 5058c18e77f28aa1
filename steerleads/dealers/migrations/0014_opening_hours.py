"""Hours become dated weeks and special days; what each dealership had set is its week since ever."""

import datetime

import django.db.models.deletion
from django.db import migrations, models

import steerleads.db.ids

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
SINCE_EVER = datetime.date(1970, 1, 1)


def _carry_over(apps, schema_editor):
    weeks = apps.get_model("dealers", "OpeningWeek").objects
    for hours in apps.get_model("dealers", "Hours").objects.order_by("pk").iterator():
        weeks.create(dealership_id=hours.dealership_id, valid_from=SINCE_EVER, week=_week(hours))


def _week(hours):
    """As these were read: closing not after opening meant open day and night, and no day named meant every day."""
    days = {int(day) for day in hours.days.split(",") if day.strip() in set("1234567")} or set(range(1, 8))
    is_always = hours.closes <= hours.opens
    times = ["00:00", "24:00"] if is_always else [f"{hours.opens:%H:%M}", f"{hours.closes:%H:%M}"]
    is_open = times[0] < times[1]  # or it is less than a minute
    return {day: [times] if is_open and number in days else [] for number, day in enumerate(WEEKDAYS, 1)}


def _take_back(apps, schema_editor):
    """Of the last week, as much as the old columns could say: one span for all days that are open."""
    for hours in apps.get_model("dealers", "Hours").objects.order_by("pk").iterator():
        weeks = apps.get_model("dealers", "OpeningWeek").objects.filter(dealership_id=hours.dealership_id)
        last = weeks.order_by("valid_from").last()
        if last and (times := [time for day in WEEKDAYS for time in last.week[day]]):
            hours.days = ",".join(str(number) for number, day in enumerate(WEEKDAYS, 1) if last.week[day])
            hours.opens, hours.closes = min(opens for opens, _ in times), max(closes for _, closes in times)
            hours.closes = "00:00" if hours.closes == "24:00" else hours.closes
            hours.save(update_fields=["days", "opens", "closes"])


class Migration(migrations.Migration):
    # The table of hours has its name since the second of them.
    dependencies = [("dealers", "0013_alter_auditevent_actor_type"), ("delivery", "0004_hours_move_to_dealers")]
    operations = [
        migrations.CreateModel(
            name="OpeningWeek",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("week", models.JSONField(verbose_name="week")),
                (
                    "dealership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opening_weeks",
                        to="dealers.dealership",
                        verbose_name="dealership",
                    ),
                ),
            ],
            options={
                "verbose_name": "opening hours",
                "verbose_name_plural": "opening hours",
                "ordering": ["-valid_from"],
                "constraints": [models.UniqueConstraint(fields=["dealership", "valid_from"], name="one_week_a_date")],
            },
        ),
        migrations.CreateModel(
            name="SpecialDay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=steerleads.db.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("first", models.DateField(verbose_name="first day")),
                ("last", models.DateField(verbose_name="last day")),
                ("hours", models.JSONField(default=list, verbose_name="hours")),
                (
                    "dealership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="special_days",
                        to="dealers.dealership",
                        verbose_name="dealership",
                    ),
                ),
            ],
            options={
                "verbose_name": "special day",
                "verbose_name_plural": "special days",
                "ordering": ["-first", "last"],
                "constraints": [
                    models.UniqueConstraint(fields=["dealership", "first", "last"], name="one_special_day_a_range")
                ],
            },
        ),
        migrations.AddField(
            "hours",
            "target_seconds",
            models.PositiveIntegerField(default=1800, verbose_name="target for the first answer"),
        ),
        migrations.AddField(
            "hours", "stale_seconds", models.PositiveIntegerField(default=604800, verbose_name="stale after")
        ),
        migrations.RunPython(_carry_over, _take_back),
        migrations.RemoveField("hours", "opens"),
        migrations.RemoveField("hours", "closes"),
        migrations.RemoveField("hours", "days"),
        migrations.AlterModelOptions(
            "hours", {"verbose_name": "quiet hours and targets", "verbose_name_plural": "quiet hours and targets"}
        ),
    ]
