from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0003_profiles")]

    operations = [
        migrations.RemoveIndex(model_name="leadfact", name="fact_open"),
        migrations.AddIndex(
            "leadfact",
            models.Index(
                condition=models.Q(archived=False, decided_at=None, deleted_at=None),
                fields=["dealership", "created_at", "last_human_at"],
                name="fact_open",
            ),
        ),
    ]
