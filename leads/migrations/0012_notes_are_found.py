"""Notes are found by staff: their texts folded, and, on PostgreSQL, in the one index of trigrams of what they look for."""

from django.db import migrations

from leads.models import Lead
from steerleads.db.columns import FoldedField
from steerleads.db.refolding import refold

COLUMNS = ("search_text", "contact_text", "note_text")


def fold_notes(apps, schema_editor):
    refold(apps.get_model("leads", "Lead").objects.all(), Lead.fold)


def _index_notes(apps, schema_editor):
    _replace(schema_editor, COLUMNS)


def _index_no_notes(apps, schema_editor):
    _replace(schema_editor, COLUMNS[:-1])


def _replace(schema_editor, columns):
    if schema_editor.connection.vendor == "postgresql":
        trigrams = ", ".join(f"{column} gin_trgm_ops" for column in columns)
        # What an earlier attempt left unfinished is no index.
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS lead_searched_next")
        schema_editor.execute(f"CREATE INDEX CONCURRENTLY lead_searched_next ON leads_lead USING gin ({trigrams})")
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS lead_searched")
        schema_editor.execute("ALTER INDEX lead_searched_next RENAME TO lead_searched")


class Migration(migrations.Migration):
    atomic = False  # each batch is a transaction of its own, and an index is made concurrently
    dependencies = [("leads", "0011_tags_with_their_spellings"), ("cars", "0005_found_by_what_a_card_shows")]
    operations = [
        migrations.AddField("lead", "note_text", FoldedField(editable=False, null=True)),
        migrations.RunPython(fold_notes, migrations.RunPython.noop),
        migrations.RunPython(_index_notes, _index_no_notes),
    ]
