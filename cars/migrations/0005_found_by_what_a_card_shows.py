"""Cars are found by year, location and plate, too: their texts folded, and, on PostgreSQL, an index of trigrams."""

from django.db import migrations

from cars.models import Car
from steerleads.db.columns import FoldedField
from steerleads.db.refolding import refold

INDEX = "CREATE INDEX CONCURRENTLY car_search ON cars_car USING gin (search_text gin_trgm_ops, staff_text gin_trgm_ops)"


def fold_more(apps, schema_editor):
    refold(apps.get_model("cars", "Car").objects.all(), Car.fold)


def _create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        _drop(apps, schema_editor)  # what an earlier attempt left unfinished is no index
        schema_editor.execute(INDEX)


def _drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS car_search")


class Migration(migrations.Migration):
    atomic = False  # each batch is a transaction of its own, and an index is made concurrently
    dependencies = [("cars", "0004_stock")]
    operations = [
        migrations.AddField("car", "staff_text", FoldedField(editable=False, null=True)),
        migrations.RunPython(fold_more, migrations.RunPython.noop),
        migrations.RunPython(_create, _drop),
    ]
