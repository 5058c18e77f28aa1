"""A key may act for somebody of the staff."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0014_opening_hours"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="person",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="keys",
                to="dealers.membership",
                verbose_name="acts for",
            ),
        ),
    ]
