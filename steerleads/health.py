"""Whether the database holds what this version of the product expects."""

from django.db.migrations.executor import MigrationExecutor


def migrations_apart(database):
    """How many migrations the database lacks, and how many it holds that this version of the product does not know."""
    executor = MigrationExecutor(database)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return len(missing), len(executor.loader.applied_migrations.keys() - executor.loader.disk_migrations.keys())
