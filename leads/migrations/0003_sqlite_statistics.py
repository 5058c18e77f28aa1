"""Tells SQLite what a dealership's leads look like, so that it takes the right index from the first day.

Without statistics it takes any index that begins with the dealership to be as good as another, and goes through all
leads of the dealership for those of one car. PostgreSQL gathers its own; `ANALYZE` replaces these by measured ones.
"""

from django.db import migrations

# Rows in all, then rows that share the first column of the index, the first two, and so on.
STATISTICS = {
    "lead_order": "100000 20000 10000 20 1 1",
    "lead_car": "100000 20000 20 5 1 1",
    "lead_column": "100000 20000 10000 4000 10 1 1",
    "lead_status": "100000 20000 10000 4000 1 1",
    "lead_action": "100000 20000 10000 50 1 1",
    "lead_target_name": "100000 20000 10000 3 1 1",
    "lead_created": "100000 20000 10000 1 1",
    "lead_updated": "100000 20000 10000 1 1 1",
    "lead_tag": "100000 20000 500",
    "sqlite_autoindex_leads_lead_1": "100000 1",
}


def _write(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("ANALYZE leads_lead")  # makes the table of statistics if there is none
        schema_editor.execute("DELETE FROM sqlite_stat1 WHERE tbl = 'leads_lead'")
        for index, statistics in STATISTICS.items():
            schema_editor.execute("INSERT INTO sqlite_stat1 VALUES ('leads_lead', %s, %s)", [index, statistics])
        schema_editor.execute("ANALYZE sqlite_master")  # has this connection read them


def _forget(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DELETE FROM sqlite_stat1 WHERE tbl = 'leads_lead'")


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_search_index")]
    operations = [migrations.RunPython(_write, _forget)]
