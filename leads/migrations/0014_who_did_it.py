"""Who of two colleagues of one name did something."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0013_events_of_work"),
    ]

    operations = [
        migrations.AddField(
            model_name="leadevent",
            name="actor_id",
            field=models.BigIntegerField(null=True),
        ),
    ]
