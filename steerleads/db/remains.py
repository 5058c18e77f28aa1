"""What a database keeps of deleted rows beside its tables, and how it forgets: samples for its planner, and bytes.

Its planner remembers some values of each column, people's names and notes too, until it looks at the table again. Not
remembering any was tried: at 200,000 leads a filter by targetName with limit=2 took 1,300 ms in place of 0.3.
"""

from collections.abc import Iterable

from django.db import OperationalError, connection, transaction

CHANGED = """
    SELECT relname FROM pg_stat_user_tables WHERE schemaname = current_schema() AND n_mod_since_analyze > 0
"""
# Of a table that is empty now, ANALYZE leaves all samples where they were. Giving a column the type that it has already
# rewrites nothing and drops them; a column that another one is generated from cannot be given one, and has a status.
LEFT_IN_EMPTY_TABLES = """
    SELECT relname, attname, format_type(atttypid, atttypmod), collname
    FROM pg_class AS t
    JOIN pg_attribute AS a ON attrelid = t.oid
    JOIN pg_stats AS s USING (attname)
    LEFT JOIN pg_collation AS c ON c.oid = attcollation
    WHERE relnamespace = current_schema()::regnamespace AND s.schemaname = current_schema() AND s.tablename = relname
    AND relkind = 'r' AND reltuples = 0 AND relname = ANY(%s) AND pg_has_role(relowner, 'USAGE')
    AND atttypid IN ('varchar'::regtype, 'text'::regtype, 'jsonb'::regtype, 'bytea'::regtype, 'inet'::regtype)
    AND NOT EXISTS (
        SELECT FROM pg_depend AS d JOIN pg_attrdef AS e ON e.oid = d.objid AND d.classid = 'pg_attrdef'::regclass
        WHERE d.refobjid = t.oid AND d.refobjsubid = attnum AND e.adnum <> attnum
    )
"""


def forget_samples() -> bool:
    """Have the planner take new samples of all our tables, a second or two; whether what was deleted is in none now."""
    try:
        if connection.vendor == "postgresql":
            _analyze(connection.introspection.django_table_names(only_existing=True, include_views=False))
        else:
            _forget_samples_of_sqlite()
    except OperationalError:  # somebody else holds a table for long
        return False
    return True


def forget_samples_in_time() -> None:
    """The same for tables that were changed since, passing over those that somebody else has hold of.

    Not within a transaction, where a table that was just written cannot be altered.
    """
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(CHANGED)
            changed = {name for (name,) in cursor.fetchall()}
        _analyze(changed & set(connection.introspection.django_table_names()), "(SKIP_LOCKED)")


def overwrite_bytes() -> bool:
    """Whether the bytes of what was deleted are gone from SQLite's file, too.

    secure_delete leaves some where rows once moved from page to page (seen), so the file is written anew. PostgreSQL
    has its own vacuum, in its own time.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return True
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except OperationalError:  # somebody else is writing, or reading for long
        return False


def _analyze(tables: Iterable[str], option: str = "") -> None:
    if not tables:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {option} {', '.join(map(_quoted, sorted(tables)))}")
        cursor.execute(LEFT_IN_EMPTY_TABLES, [sorted(tables)])
        left = cursor.fetchall()
    for table, column, kind, collation in left:
        _forget_column(table, column, f"{kind} COLLATE {_quoted(collation)}" if collation else kind)


def _forget_column(table: str, column: str, kind: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '1s'")  # all who come to the table meanwhile wait behind this
        cursor.execute(f"ALTER TABLE {_quoted(table)} ALTER COLUMN {_quoted(column)} TYPE {kind}")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _forget_samples_of_sqlite() -> None:
    """Few builds of SQLite take samples, and only where somebody says ANALYZE; the others keep numbers alone."""
    with connection.cursor() as cursor:
        if cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat4'").fetchone():
            cursor.execute("DELETE FROM sqlite_stat4")
