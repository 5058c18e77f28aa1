"""Who gets a new lead at a dealership, and when each of its staff can be given one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0015_keys_act_for_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="dealership",
            name="assigning",
            field=models.CharField(
                choices=[
                    ("manual", "whom a colleague chooses"),
                    ("claim", "whoever claims it"),
                    ("round_robin", "each in turn, of those who are available"),
                ],
                default="manual",
                max_length=12,
                verbose_name="who gets a new lead",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="is_available",
            field=models.BooleanField(default=True, verbose_name="available for new leads"),
        ),
        migrations.AddField(
            model_name="membership",
            name="most_open",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="most open leads"),
        ),
        migrations.AddField(
            model_name="membership",
            name="week",
            field=models.JSONField(null=True, verbose_name="own hours"),
        ),
    ]
