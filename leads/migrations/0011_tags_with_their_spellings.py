"""An index of tags that has their spellings, too: the board lists those in use without going through their leads."""

from django.db import migrations, models

STATISTICS = "100000 20000 500 500"  # for SQLite, as in 0003_sqlite_statistics
OLD = models.Index(fields=["dealership", "tag_folded"], name="lead_tag")
NEW = models.Index(fields=["dealership", "tag_folded", "tag"], name="lead_tags")


def _forwards(apps, schema_editor):
    _replace(apps, schema_editor, OLD, NEW)
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("INSERT INTO sqlite_stat1 VALUES ('leads_lead', %s, %s)", [NEW.name, STATISTICS])
        schema_editor.execute("ANALYZE sqlite_master")  # has this connection read them


def _backwards(apps, schema_editor):
    _replace(apps, schema_editor, NEW, OLD)


def _replace(apps, schema_editor, old, new):
    lead = apps.get_model("leads", "Lead")
    quickly = schema_editor.connection.vendor == "postgresql"
    how = {"concurrently": True} if quickly else {}  # who writes leads meanwhile waits for nothing
    if quickly:
        # What an earlier attempt left unfinished is no index.
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {new.name}")
    schema_editor.add_index(lead, new, **how)
    schema_editor.remove_index(lead, old, **how)


class Migration(migrations.Migration):
    atomic = False  # an index is made concurrently, outside of a transaction
    dependencies = [("leads", "0010_alter_leadevent_actor_type")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(_forwards, _backwards)],
            state_operations=[migrations.RemoveIndex("lead", OLD.name), migrations.AddIndex("lead", NEW)],
        )
    ]
