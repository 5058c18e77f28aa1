from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dealers", "0002_audit_log")]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="known_networks",
            field=models.JSONField(default=dict, editable=False),
        ),
    ]
