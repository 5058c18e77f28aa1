"""One trigram index for both columns that the board's search looks at, on PostgreSQL; SQLite scans a dealership.

With an index for one of them alone, each search of the board goes through the whole table.
"""

from django.db import migrations

INDEX = "USING gin (search_text gin_trgm_ops, contact_text gin_trgm_ops)"
OLD_INDEX = "USING gin (search_text gin_trgm_ops)"


def _create(apps, schema_editor):
    _replace(schema_editor, "lead_search", "lead_searched", INDEX)


def _drop(apps, schema_editor):
    _replace(schema_editor, "lead_searched", "lead_search", OLD_INDEX)


def _replace(schema_editor, old, new, index):
    if schema_editor.connection.vendor == "postgresql":
        # What an earlier attempt left unfinished is no index.
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {new}")
        schema_editor.execute(f"CREATE INDEX CONCURRENTLY {new} ON leads_lead {index}")
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {old}")


class Migration(migrations.Migration):
    atomic = False  # an index is made concurrently, outside of a transaction
    dependencies = [("leads", "0006_contacts_by_number")]
    operations = [migrations.RunPython(_create, _drop)]
