from django.db import migrations, models

from steerleads.db.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_open_facts_by_care")]

    operations = [
        migrations.AddField(model_name="factstate", name="mark", field=models.UUIDField(default=new_id)),
    ]
