from django.db import migrations, models

OPEN = models.Index(
    condition=models.Q(archived=False, decided_at=None, deleted_at=None),
    fields=["dealership", "created_at", "last_human_at"],
    name="fact_open",
)


class Migration(migrations.Migration):
    """SQLite, which has no statistics of facts, takes of several indexes the one that was made last."""

    dependencies = [("analytics", "0006_covering_indexes")]

    operations = [
        migrations.RemoveIndex(model_name="leadfact", name="fact_open"),
        migrations.AddIndex(model_name="leadfact", index=OPEN),
    ]
